import { Fault } from '../base/fault.ts';

/** The host does not offer what the overlay needs: an interface, an address, a device name or a VNI. */
export class OverlayFault extends Fault {}
