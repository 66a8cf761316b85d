import { messageCodec } from '../message.ts';
import { neighbourTableAttributes } from './attributes.ts';
import { neighbourTableHeader } from './header.ts';

export const neighbourTableMessage = messageCodec(neighbourTableHeader, neighbourTableAttributes);
