import { messageCodec } from '../message.ts';
import { linkAttributes } from './attributes.ts';
import { linkHeader } from './header.ts';

export const linkMessage = messageCodec(linkHeader, linkAttributes);
