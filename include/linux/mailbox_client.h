/* SPDX-License-Identifier: GPL-2.0-only */
/* Mailboxes, for those who send and receive. All of it is of Linux's own mailbox.c: `needs = ["mailbox"]`. */
#ifndef __MAILBOX_CLIENT_H
#define __MAILBOX_CLIENT_H

#include <linux/device.h>
#include <linux/of.h>

struct mbox_chan;

struct mbox_client {
	struct device *dev;
	/* Sending waits for its end, for tx_tout milliseconds at most; for an hour if that is 0. */
	bool tx_block;
	unsigned long tx_tout;
	/* The client says when a message was taken, by the protocol. */
	bool knows_txdone;
	/* These may be called in atomic context. */
	void (*rx_callback)(struct mbox_client *cl, void *mssg);
	void (*tx_prepare)(struct mbox_client *cl, void *mssg);
	void (*tx_done)(struct mbox_client *cl, void *mssg, int r);
};

int mbox_bind_client(struct mbox_chan *chan, struct mbox_client *cl);
struct mbox_chan *mbox_request_channel_byname(struct mbox_client *cl, const char *name);
struct mbox_chan *mbox_request_channel(struct mbox_client *cl, int index);
int mbox_send_message(struct mbox_chan *chan, void *mssg);
int mbox_flush(struct mbox_chan *chan, unsigned long timeout);
void mbox_client_txdone(struct mbox_chan *chan, int r);
bool mbox_client_peek_data(struct mbox_chan *chan);
void mbox_free_channel(struct mbox_chan *chan);

#endif
