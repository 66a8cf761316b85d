import { messageCodec } from '../message.ts';
import { netconfAttributes } from './attributes.ts';
import { netconfHeader } from './header.ts';

export const netconfMessage = messageCodec(netconfHeader, netconfAttributes);
