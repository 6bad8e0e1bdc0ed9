// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies its input to a socket and what comes from there to its output, both at once:
 *
 *     vsock connect CID PORT
 *     vsock listen PORT
 *
 * The end of its input is told to the other side; it ends when the other side has said the same. It
 * fails if there is no connection, or if it breaks off.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

static int fail(const char *what)
{
	perror(what);
	return 1;
}

/* Copies all there is; 0 if it came to the end. */
static int copy(int from, int to)
{
	static char bytes[65536];
	ssize_t count;

	while ((count = read(from, bytes, sizeof(bytes))) > 0) {
		for (ssize_t done = 0; done < count;) {
			ssize_t now = write(to, bytes + done, count - done);

			if (now <= 0)
				return fail("write");
			done += now;
		}
	}
	return count ? fail("read") : 0;
}

static int open_socket(int argc, char **argv)
{
	struct sockaddr_vm name = { .svm_family = AF_VSOCK };
	int s = socket(AF_VSOCK, SOCK_STREAM, 0);

	if (s < 0)
		exit(fail("socket"));
	if (argc == 4 && !strcmp(argv[1], "connect")) {
		name.svm_cid = strtoul(argv[2], NULL, 0);
		name.svm_port = strtoul(argv[3], NULL, 0);
		if (connect(s, (struct sockaddr *)&name, sizeof(name)))
			exit(fail("connect"));
		return s;
	}
	if (argc != 3 || strcmp(argv[1], "listen")) {
		fprintf(stderr, "vsock connect CID PORT, or vsock listen PORT\n");
		exit(2);
	}
	name.svm_cid = VMADDR_CID_ANY;
	name.svm_port = strtoul(argv[2], NULL, 0);
	if (bind(s, (struct sockaddr *)&name, sizeof(name)) || listen(s, 1))
		exit(fail("listen"));
	s = accept(s, NULL, NULL);
	if (s < 0)
		exit(fail("accept"));
	return s;
}

int main(int argc, char **argv)
{
	int s = open_socket(argc, argv);
	int result, status = 0;
	pid_t child = fork();

	if (child == 0) {
		result = copy(0, s);
		shutdown(s, SHUT_WR);
		_exit(result);
	}
	result = copy(s, 1);
	waitpid(child, &status, 0);
	return result || status;
}
