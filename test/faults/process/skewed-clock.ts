// Imported by a process of the suite: its wall clock can be set wrong. Timers are monotonic and stay right.
const RealDate = Date;
let skewMs = 0;

class SkewedDate extends RealDate {
  constructor(...parts: readonly unknown[]) {
    // A cast: `Date` takes many shapes of arguments, all of which are passed on as they came.
    super(...((parts.length === 0 ? [SkewedDate.now()] : parts) as [number]));
  }

  static override now(): number {
    return RealDate.now() + skewMs;
  }
}

// A cast: `Date` can also be called without `new`, which nothing here does.
globalThis.Date = SkewedDate as unknown as DateConstructor;

export function setClockSkew(milliseconds: number): void {
  skewMs = milliseconds;
}
