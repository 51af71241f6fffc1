// Prints how fast this GPU reads its own memory, in bytes a second: the best of several passes of a sum
// over 4 GB, the plainest thing that is bound by reading, as a token's computation is.
#include <cstdio>
#include <cuda_runtime.h>

__global__ void sum(const float4 *data, size_t count, float *out) {
  float total = 0;
  for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < count; i += (size_t)gridDim.x * blockDim.x) {
    const float4 v = data[i];
    total += v.x + v.y + v.z + v.w;
  }
  if (total == 12345.678f) *out = total; // never so, but the compiler cannot know
}

int main() {
  const size_t bytes = 4ull << 30;
  float4 *data;
  float *out;
  if (cudaMalloc(&data, bytes) != cudaSuccess || cudaMalloc(&out, 4) != cudaSuccess) return 1;
  cudaMemset(data, 0, bytes);
  cudaEvent_t start, stop;
  cudaEventCreate(&start);
  cudaEventCreate(&stop);
  float best = 1e30f;
  for (int pass = 0; pass < 20; pass++) {
    cudaEventRecord(start);
    sum<<<4096, 256>>>(data, bytes / sizeof(float4), out);
    cudaEventRecord(stop);
    cudaEventSynchronize(stop);
    float ms;
    cudaEventElapsedTime(&ms, start, stop);
    if (ms < best) best = ms;
  }
  printf("%.0f\n", bytes / (best / 1000.0));
  return cudaGetLastError() == cudaSuccess ? 0 : 1;
}
