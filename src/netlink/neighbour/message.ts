import { messageCodec } from '../message.ts';
import { neighbourAttributes } from './attributes.ts';
import { neighbourHeader } from './header.ts';

export const neighbourMessage = messageCodec(neighbourHeader, neighbourAttributes);
