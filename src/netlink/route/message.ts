import { messageCodec } from '../message.ts';
import { routeAttributes } from './attributes.ts';
import { routeHeader } from './header.ts';

export const routeMessage = messageCodec(routeHeader, routeAttributes);
