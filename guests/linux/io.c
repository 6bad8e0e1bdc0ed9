// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a disk and a network cost a Linux guest. The work, by the first argument:
 *
 *     io disk DEVICE        4096 reads of 4 KiB at places of a fixed sequence, then 64 MiB in pieces of 128 KiB
 *     io pair IF IF         TCP and UDP between two devices, the second in a network namespace of its own
 *     io server IF          the end that answers, in a guest of its own: 10.9.0.1
 *     io client IF          the end that measures: 10.9.0.2
 *
 * Each work is done once before, in small. Before and after it stands an instruction that does nothing (HINT #127), for
 * a plugin of the emulator that counts instructions; then its name is printed, and how long it took:
 *
 *     bench: done NAME NANOSECONDS
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MIB (1ul << 20)
#define DISK (64 * MIB)
#define RANDOM 4096
#define BLOCK 4096
#define PIECE (128ul << 10)
#define STREAM (64 * MIB)
#define WARM (4 * MIB)
#define CHUNK (64ul << 10)
#define ROUNDS 4096
#define DATAGRAM 64
#define PORT 7000

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static uint64_t started;

static void begin(void)
{
	started = now();
	__asm__ volatile("hint #127" : : : "memory");
}

static void fail(const char *what)
{
	printf("bench: failed %s: %s\n", what, strerror(errno));
	exit(1);
}

static void end(const char *name)
{
	__asm__ volatile("hint #127" : : : "memory");
	printf("bench: done %s %llu\n", name, (unsigned long long)(now() - started));
}

/* ------------------------------------------------------------------ disk */

static void read_at(int disk, void *to, size_t length, uint64_t at)
{
	if (pread(disk, to, length, (off_t)at) != (ssize_t)length)
		fail("pread");
}

static void read_random(int disk, void *to, unsigned int count)
{
	uint64_t seed = 42;

	while (count--) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		read_at(disk, to, BLOCK, (seed >> 33) % (DISK / BLOCK) * BLOCK);
	}
}

static void disk(const char *name)
{
	int file = open(name, O_RDONLY | O_DIRECT);
	void *memory;

	if (file < 0)
		fail(name);
	if (posix_memalign(&memory, 4096, PIECE))
		fail("posix_memalign");
	memset(memory, 1, PIECE);
	read_random(file, memory, 64);
	begin();
	read_random(file, memory, RANDOM);
	end("random_4k");
	for (uint64_t at = 0; at < 4 * MIB; at += PIECE)
		read_at(file, memory, PIECE, at);
	begin();
	for (uint64_t at = 0; at < DISK; at += PIECE)
		read_at(file, memory, PIECE, at);
	end("sequential_64M");
	close(file);
}

/* ------------------------------------------------------------------ network devices */

static struct sockaddr_in address(unsigned int host)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	address.sin_addr.s_addr = htonl(0x0a090000 + host);
	return address;
}

static void request(int call, const char *name, struct ifreq *with, const char *what)
{
	int any = socket(AF_INET, SOCK_DGRAM, 0);

	memcpy(with->ifr_name, name, strlen(name) + 1);
	if (any < 0 || ioctl(any, (unsigned long)call, with))
		fail(what);
	close(any);
}

/* Gives a device its address and has it up. */
static void up(const char *name, unsigned int host)
{
	struct sockaddr_in own = address(host), mask = { .sin_family = AF_INET };
	struct ifreq with = { 0 };

	memcpy(&with.ifr_addr, &own, sizeof(own));
	request(SIOCSIFADDR, name, &with, "address");
	mask.sin_addr.s_addr = htonl(0xffffff00);
	memcpy(&with.ifr_netmask, &mask, sizeof(mask));
	request(SIOCSIFNETMASK, name, &with, "mask");
	memset(&with, 0, sizeof(with));
	request(SIOCGIFFLAGS, name, &with, "flags");
	with.ifr_flags |= IFF_UP;
	request(SIOCSIFFLAGS, name, &with, "up");
}

/* Switches off what a device does for TCP: every frame is then one of the wire, with its checksum. */
static void plain(const char *name)
{
	static const unsigned int offloads[] = {
		ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_SSG, ETHTOOL_STXCSUM, ETHTOOL_SRXCSUM,
	};
	int any = socket(AF_INET, SOCK_DGRAM, 0);

	for (size_t n = 0; n < sizeof(offloads) / sizeof(offloads[0]); n++) {
		struct ethtool_value value = { .cmd = offloads[n], .data = 0 };
		struct ifreq with = { .ifr_data = (char *)&value };

		memcpy(with.ifr_name, name, strlen(name) + 1);
		/* What it cannot do, it cannot switch off. */
		if (ioctl(any, SIOCETHTOOL, &with) && errno != EOPNOTSUPP && errno != EINVAL)
			fail("offloads");
	}
	close(any);
}

/* Puts a device into the network namespace of a process. */
static void move(const char *name, pid_t to)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
		struct rtattr attribute;
		uint32_t pid;
	} ask = {
		.head = { .nlmsg_len = sizeof(ask), .nlmsg_type = RTM_NEWLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_family = AF_UNSPEC, .ifi_index = (int)if_nametoindex(name) },
		.attribute = { .rta_len = RTA_LENGTH(sizeof(uint32_t)), .rta_type = IFLA_NET_NS_PID },
		.pid = (uint32_t)to,
	};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[512];
	} answer = { 0 };
	int any = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	if (any < 0 || send(any, &ask, sizeof(ask), 0) < 0 || recv(any, &answer, sizeof(answer), 0) < 0)
		fail("netlink");
	errno = -answer.error.error;
	if (errno)
		fail("moving the device");
	close(any);
}

/* ------------------------------------------------------------------ TCP and UDP */

static void take(int from, size_t length)
{
	static char memory[CHUNK];

	while (length) {
		ssize_t got = recv(from, memory, length < CHUNK ? length : CHUNK, 0);

		if (got <= 0)
			fail("recv");
		length -= (size_t)got;
	}
}

static void give(int to, size_t length)
{
	static char memory[CHUNK];

	while (length) {
		ssize_t gone = send(to, memory, length < CHUNK ? length : CHUNK, 0);

		if (gone <= 0)
			fail("send");
		length -= (size_t)gone;
	}
}

/* Takes two streams and answers each with a byte. */
static void take_streams(int listening)
{
	int from = accept(listening, NULL, NULL);

	if (from < 0)
		fail("accept");
	take(from, WARM);
	give(from, 1);
	take(from, STREAM);
	give(from, 1);
	/* The other end closes first. */
	(void)!recv(from, &from, 1, 0);
	close(from);
}

static void serve(const char *name)
{
	int listening = socket(AF_INET, SOCK_STREAM, 0), datagrams = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in own = address(1), other;
	socklen_t length = sizeof(other);
	char memory[DATAGRAM];
	int one = 1;

	setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(datagrams, (void *)&own, sizeof(own)) || bind(listening, (void *)&own, sizeof(own)) ||
	    listen(listening, 4))
		fail("bind");
	take_streams(listening);
	for (int n = 0; n < 64 + ROUNDS; n++) {
		if (recvfrom(datagrams, memory, DATAGRAM, 0, (void *)&other, &length) != DATAGRAM ||
		    sendto(datagrams, memory, DATAGRAM, 0, (void *)&other, length) != DATAGRAM)
			fail("answering");
	}
	plain(name);
	take_streams(listening);
}

static void stream(const char *title)
{
	struct sockaddr_in to = address(1);
	int socket_ = -1;

	/* The other end may not be there yet. */
	for (int tries = 0; tries < 600; tries++) {
		socket_ = socket(AF_INET, SOCK_STREAM, 0);
		if (!connect(socket_, (void *)&to, sizeof(to)))
			break;
		close(socket_);
		socket_ = -1;
		usleep(100000);
	}
	if (socket_ < 0)
		fail("connect");
	give(socket_, WARM);
	take(socket_, 1);
	begin();
	give(socket_, STREAM);
	take(socket_, 1);
	end(title);
	close(socket_);
}

static void exchange(int with, unsigned int count)
{
	char memory[DATAGRAM] = { 0 };

	while (count--)
		if (send(with, memory, DATAGRAM, 0) != DATAGRAM || recv(with, memory, DATAGRAM, 0) != DATAGRAM)
			fail("UDP");
}

static void measure(const char *name)
{
	struct sockaddr_in to = address(1);
	int datagrams = socket(AF_INET, SOCK_DGRAM, 0);

	stream("tcp_64M");
	if (connect(datagrams, (void *)&to, sizeof(to)))
		fail("connect");
	exchange(datagrams, 64);
	begin();
	exchange(datagrams, ROUNDS);
	end("udp_64");
	plain(name);
	/* The other end has done so, too, by then. */
	usleep(100000);
	stream("tcp_plain_64M");
}

static void pair(const char *near, const char *far)
{
	int ready[2], go[2];
	char byte = 0;
	pid_t child;

	if (pipe(ready) || pipe(go))
		fail("pipe");
	child = fork();
	if (child < 0)
		fail("fork");
	if (!child) {
		if (unshare(CLONE_NEWNET))
			fail("unshare");
		if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1)
			fail("pipe");
		up(far, 1);
		serve(far);
		exit(0);
	}
	if (read(ready[0], &byte, 1) != 1)
		fail("pipe");
	move(far, child);
	if (write(go[1], &byte, 1) != 1)
		fail("pipe");
	up(near, 2);
	measure(near);
}

int main(int count, char **words)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* The end of a stream is no reason to die silently. */
	signal(SIGPIPE, SIG_IGN);
	if (count == 3 && !strcmp(words[1], "disk")) {
		disk(words[2]);
	} else if (count == 4 && !strcmp(words[1], "pair")) {
		pair(words[2], words[3]);
	} else if (count == 3 && !strcmp(words[1], "server")) {
		up(words[2], 1);
		serve(words[2]);
	} else if (count == 3 && !strcmp(words[1], "client")) {
		up(words[2], 2);
		measure(words[2]);
	} else {
		printf("bench: failed: io disk DEVICE | pair IF IF | server IF | client IF\n");
		return 1;
	}
	return 0;
}
