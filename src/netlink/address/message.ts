import { messageCodec } from '../message.ts';
import { addressAttributes } from './attributes.ts';
import { addressHeader } from './header.ts';

export const addressMessage = messageCodec(addressHeader, addressAttributes);
