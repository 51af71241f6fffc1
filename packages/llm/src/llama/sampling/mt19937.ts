/**
 * The first random number from 0 to 1 that llama.cpp generates with a seed: C++'s `std::mt19937` makes two of 32 bits
 * (Matsumoto and Nishimura, 1998), which `std::uniform_real_distribution<double>` puts together.
 */
export function firstUniform(seed: number): number {
  const state = [seed >>> 0];
  for (let index = 1; index < 399; index++) {
    const last = state[index - 1] ?? 0;
    state.push((Math.imul(last ^ (last >>> 30), 0x6c07_8965) + index) >>> 0);
  }
  const [low, high] = [0, 1].map((index) => {
    const mixed = ((state[index] ?? 0) & 0x8000_0000) | ((state[index + 1] ?? 0) & 0x7fff_ffff);
    let word = (state[index + 397] ?? 0) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908_b0df : 0);
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    return (word ^ (word >>> 18)) >>> 0;
  });
  return ((low ?? 0) + (high ?? 0) * 2 ** 32) / 2 ** 64;
}
