// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work that a hypervisor should not be felt in: Dhrystone, copying memory, changing it in place, and
 * STREAM's scale. Each runs at once on every CPU, in a process of its own that stays there, with its
 * memory touched before; what is printed is the time from the start signal until all are done:
 *
 *     bench: NAME NANOSECONDS
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int dhry(int runs);

#define MIB (1ul << 20)

/* One piece of work over `size` bytes at each of `a` and `b`, done `rounds` times. */
struct work {
	const char *name;
	void (*run)(unsigned char *a, unsigned char *b, size_t size, unsigned long rounds);
	size_t size;
	unsigned long rounds;
};

static void dhrystone(unsigned char *a, unsigned char *b, size_t size, unsigned long rounds)
{
	(void)a, (void)b, (void)size;
	dhry((int)rounds);
}

static void copy(unsigned char *a, unsigned char *b, size_t size, unsigned long rounds)
{
	while (rounds--) {
		memcpy(b, a, size);
		/* The compiler must not know that nobody looks. */
		__asm__ volatile("" : : "r"(b) : "memory");
	}
}

static void change(unsigned char *a, unsigned char *b, size_t size, unsigned long rounds)
{
	uint64_t *word = (uint64_t *)a;

	(void)b;
	while (rounds--) {
		for (size_t n = 0; n < size / sizeof(*word); n++) {
			word[n] = word[n] * 3 + n;
			__asm__ volatile("" : : : "memory");
		}
	}
}

static void scale(unsigned char *a, unsigned char *b, size_t size, unsigned long rounds)
{
	const double *from = (const double *)a;
	double *to = (double *)b;

	while (rounds--) {
		for (size_t n = 0; n < size / sizeof(*to); n++)
			to[n] = 3.0 * from[n];
		__asm__ volatile("" : : "r"(b) : "memory");
	}
}

static const struct work works[] = {
	{ "dhrystone", dhrystone, 4096, 1000000 },
	{ "copy_1.5M", copy, 3 * MIB / 2, 700 },
	{ "copy_4M", copy, 4 * MIB, 250 },
	{ "copy_16M", copy, 16 * MIB, 64 },
	{ "rmw_1.5M", change, 3 * MIB / 2, 200 },
	{ "rmw_4M", change, 4 * MIB, 75 },
	{ "rmw_16M", change, 16 * MIB, 18 },
	{ "scale_16M", scale, 16 * MIB, 40 },
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* The process on one CPU: gets ready, says so, waits for the signal, works. */
static void worker(const struct work *work, int cpu, int ready, int go)
{
	unsigned char *memory, byte = 0;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("sched_setaffinity");
	memory = mmap(NULL, 2 * work->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		fail("mmap");
	memset(memory, 1, 2 * work->size);
	if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 1)
		fail("pipe");
	work->run(memory, memory + work->size, work->size, work->rounds);
	_exit(0);
}

static void measure(const struct work *work, int cpus)
{
	int ready[2], go[2], status, bad = 0;
	unsigned char bytes[64] = { 0 };
	uint64_t start;

	if (pipe(ready) || pipe(go))
		fail("pipe");
	for (int cpu = 0; cpu < cpus; cpu++) {
		pid_t child = fork();

		if (child < 0)
			fail("fork");
		if (!child)
			worker(work, cpu, ready[1], go[0]);
	}
	for (int n = 0; n < cpus; n++)
		if (read(ready[0], bytes, 1) != 1)
			fail("read");
	/* Let the kernel finish what it does behind one's back. */
	usleep(50000);
	start = now();
	if (write(go[1], bytes, (size_t)cpus) != cpus)
		fail("write");
	while (wait(&status) > 0)
		bad |= status;
	printf("bench: %s %llu\n", work->name, bad ? 0ull : (unsigned long long)(now() - start));
	fflush(stdout);
	close(ready[0]), close(ready[1]), close(go[0]), close(go[1]);
}

int main(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 1 || cpus > 64)
		cpus = 1;
	for (size_t n = 0; n < sizeof(works) / sizeof(works[0]); n++)
		measure(&works[n], (int)cpus);
	return 0;
}
