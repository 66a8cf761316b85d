import { messageCodec } from '../message.ts';
import { nftablesChainAttributes } from './attributes.ts';
import { nftablesChainHeader } from './header.ts';

export const nftablesChainMessage = messageCodec(nftablesChainHeader, nftablesChainAttributes);
