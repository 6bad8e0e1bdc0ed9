// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goes wrong in every way that is asked for, for a test. Its devices are memories of 256 bytes: a read of byte
 * 16 * WHERE + HOW does HOW (enum how) in WHERE (enum where) and gives 0x5a.
 */
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kthread.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nvmem-provider.h>
#include <linux/panic.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

enum where { IN_OPERATION, IN_WORK, IN_TIMER, IN_HRTIMER, IN_KTHREAD, IN_THREADED_HANDLER, IN_HARD_HANDLER, IN_PROBE };

enum how {
	NOTHING,
	READ_NULL,
	WRITE_UNMAPPED,
	WRITE_READ_ONLY,
	CALL_NULL,
	CALL_WILD,
	HIT_A_BUG,
	SLEEP_IN_ATOMIC,
	LOOP,
	RECURSE,
	PANIC,
	LEAVE_LOCKS,
	PASS_NULL,
	FREE_WILD,
	LOOP_MASKED,
	LOOP_ELSEWHERE,
};

struct faulty {
	struct device *dev;
	int irq;
	enum where where;
	enum how how;
	bool done;
	spinlock_t lock;
	struct mutex mutex;
	struct work_struct work;
	struct timer_list timer;
	struct hrtimer hrtimer;
};

/* Kept across probes: what a device does the next time that it is probed. */
static enum how in_next_probe;
static DEFINE_MUTEX(shared);

static noinline int faulty_deeper(volatile int *above)
{
	volatile int room[64];

	room[0] = *above + 1;
	return faulty_deeper(room) + room[0];
}

static noinline void faulty_do(struct faulty *f)
{
	void (*volatile call)(void) = NULL;
	volatile int *volatile at = NULL;
	volatile bool forever = true;
	volatile int depth = 0;
	unsigned long flags;

	switch (f->how) {
	case NOTHING:
		break;
	case READ_NULL:
		(void)*at;
		break;
	case WRITE_UNMAPPED:
		at = (volatile int *)0x7e0000000000UL;
		*at = 1;
		break;
	case WRITE_READ_ONLY:
		at = (volatile int *)faulty_deeper;
		*at = 1;
		break;
	case CALL_NULL:
		call();
		break;
	case CALL_WILD:
		call = (void (*)(void))f;
		call();
		break;
	case HIT_A_BUG:
		BUG_ON(f->dev);
		break;
	case SLEEP_IN_ATOMIC:
		spin_lock(&f->lock);
		msleep(1);
		spin_unlock(&f->lock);
		break;
	case LOOP:
		while (forever)
			;
		break;
	case LOOP_MASKED:
		spin_lock_irqsave(&f->lock, flags);
		while (forever)
			;
		spin_unlock_irqrestore(&f->lock, flags);
		break;
	case LOOP_ELSEWHERE:
		while (forever)
			udelay(100);
		break;
	case RECURSE:
		depth = faulty_deeper(&depth);
		break;
	case PANIC:
		panic("faulty wants to end");
	case LEAVE_LOCKS:
		if (f->where == IN_OPERATION || f->where == IN_WORK)
			mutex_lock(&shared);
		spin_lock(&f->lock);
		(void)*at;
		break;
	case FREE_WILD:
		kfree((void *)0x12345678);
		break;
	case PASS_NULL:
		strscpy((char *)16, "text", 4);
		break;
	}
	f->done = true;
}

static void faulty_work(struct work_struct *work)
{
	faulty_do(container_of(work, struct faulty, work));
}

static void faulty_timer(struct timer_list *timer)
{
	faulty_do(from_timer((struct faulty *)NULL, timer, timer));
}

static enum hrtimer_restart faulty_hrtimer(struct hrtimer *timer)
{
	faulty_do(container_of(timer, struct faulty, hrtimer));
	return HRTIMER_NORESTART;
}

static int faulty_kthread(void *data)
{
	faulty_do(data);
	return 0;
}

static irqreturn_t faulty_hard(int irq, void *data)
{
	struct faulty *f = data;

	if (f->where != IN_HARD_HANDLER)
		return IRQ_WAKE_THREAD;
	faulty_do(f);
	return IRQ_HANDLED;
}

static irqreturn_t faulty_threaded(int irq, void *data)
{
	faulty_do(data);
	return IRQ_HANDLED;
}

static int faulty_read(void *priv, unsigned int offset, void *val, size_t bytes)
{
	struct faulty *f = priv;
	struct task_struct *task;

	f->where = offset / 16;
	f->how = offset % 16;
	f->done = false;
	mutex_lock(&shared);
	mutex_unlock(&shared);
	spin_lock(&f->lock);
	spin_unlock(&f->lock);
	switch (f->where) {
	case IN_OPERATION:
		faulty_do(f);
		break;
	case IN_WORK:
		schedule_work(&f->work);
		break;
	case IN_TIMER:
		mod_timer(&f->timer, jiffies + 1);
		break;
	case IN_HRTIMER:
		hrtimer_start(&f->hrtimer, ms_to_ktime(1), HRTIMER_MODE_REL);
		break;
	case IN_KTHREAD:
		task = kthread_run(faulty_kthread, f, "faulty");
		if (IS_ERR(task))
			return PTR_ERR(task);
		break;
	case IN_THREADED_HANDLER:
	case IN_HARD_HANDLER:
		if (irq_set_irqchip_state(f->irq, IRQCHIP_STATE_PENDING, true))
			return -EIO;
		break;
	case IN_PROBE:
		in_next_probe = f->how;
		f->done = true;
		break;
	}
	/* Long enough for all but an endless loop. */
	for (int i = 0; i < 50 && !READ_ONCE(f->done); i++)
		msleep(2);
	memset(val, f->done ? 0x5a : 0xa5, bytes);
	return 0;
}

static int faulty_probe(struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	struct nvmem_config config = {
		.dev = &pdev->dev,
		.name = "faulty",
		.id = NVMEM_DEVID_AUTO,
		.read_only = true,
		.word_size = 1,
		.stride = 1,
		.size = 256,
		.reg_read = faulty_read,
	};
	struct faulty *f;
	int error;

	/* Two of them will do. */
	if (!res || res->start >= 0xa000400)
		return -ENODEV;
	f = devm_kzalloc(&pdev->dev, sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	f->dev = &pdev->dev;
	f->where = IN_PROBE;
	f->how = in_next_probe;
	in_next_probe = NOTHING;
	spin_lock_init(&f->lock);
	mutex_init(&f->mutex);
	INIT_WORK(&f->work, faulty_work);
	timer_setup(&f->timer, faulty_timer, 0);
	hrtimer_init(&f->hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	f->hrtimer.function = faulty_hrtimer;
	faulty_do(f);
	f->irq = platform_get_irq(pdev, 0);
	if (f->irq < 0)
		return f->irq;
	error = devm_request_threaded_irq(&pdev->dev, f->irq, faulty_hard, faulty_threaded, 0, "faulty", f);
	if (error)
		return error;
	platform_set_drvdata(pdev, f);
	config.priv = f;
	return PTR_ERR_OR_ZERO(devm_nvmem_register(&pdev->dev, &config));
}

static void faulty_remove(struct platform_device *pdev)
{
	struct faulty *f = platform_get_drvdata(pdev);

	mutex_lock(&shared);
	mutex_unlock(&shared);
	del_timer_sync(&f->timer);
	hrtimer_cancel(&f->hrtimer);
	cancel_work_sync(&f->work);
}

static const struct of_device_id faulty_of_match[] = {
	{ .compatible = "virtio,mmio" },
	{ /* end */ }
};

static struct platform_driver faulty_driver = {
	.probe = faulty_probe,
	.remove = faulty_remove,
	.driver = {
		.name = "faulty",
		.of_match_table = faulty_of_match,
	},
};
builtin_platform_driver(faulty_driver);
