// SPDX-License-Identifier: GPL-2.0-only
/* Each value of the property `mistake` is another one. */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static DEFINE_SPINLOCK(lock);
static u32 much[20];

/* Not known at compile time. */
static noinline u32 *touch(u32 *p)
{
	barrier_data(p);
	return p;
}

static irqreturn_t nobodys(int irq, void *data)
{
	return IRQ_NONE;
}

static int make(struct platform_device *pdev, const char *mistake, u32 __iomem *regs)
{
	u32 *memory = kmalloc(10 * sizeof(*memory), GFP_KERNEL);
	dma_addr_t bus;
	int irq;

	if (!memory)
		return -ENOMEM;
	platform_set_drvdata(pdev, memory);
	if (!strcmp(mistake, "overflow")) {
		touch(memory)[10] = 1;
	} else if (!strcmp(mistake, "long copy")) {
		memcpy(touch(memory), much, 44);
	} else if (!strcmp(mistake, "use after free")) {
		kfree(memory);
		touch(memory)[0] = 1;
	} else if (!strcmp(mistake, "double free")) {
		kfree(memory);
		kfree(touch(memory));
	} else if (!strcmp(mistake, "plain access")) {
		*(volatile u32 *)touch((__force u32 *)regs) = 1;
	} else if (!strcmp(mistake, "unmapped")) {
		writel(1, regs + 0x400);
	} else if (!strcmp(mistake, "misaligned")) {
		writel(1, (void __iomem *)regs + 2);
	} else if (!strcmp(mistake, "sleep in atomic")) {
		spin_lock(&lock);
		msleep(1);
		spin_unlock(&lock);
	} else if (!strcmp(mistake, "held lock")) {
		spin_lock(&lock);
	} else if (!strcmp(mistake, "endless poll")) {
		while (!(readl(regs) & 1))
			;
	} else if (!strcmp(mistake, "dma after free")) {
		bus = dma_map_single(&pdev->dev, memory, 40, DMA_FROM_DEVICE);
		if (dma_mapping_error(&pdev->dev, bus))
			return -ENOMEM;
		dma_unmap_single(&pdev->dev, bus, 40, DMA_FROM_DEVICE);
		kfree(memory);
		writeq((unsigned long)memory, (void __iomem *)(regs + 2));
	} else if (!strcmp(mistake, "bug")) {
		BUG();
	} else if (!strcmp(mistake, "nobody cares")) {
		irq = platform_get_irq(pdev, 0);
		return devm_request_irq(&pdev->dev, irq, nobodys, 0, "planted", pdev);
	}
	/* "leak" needs nothing more. */
	return 0;
}

static int planted_probe(struct platform_device *pdev)
{
	u32 __iomem *regs = devm_platform_ioremap_resource(pdev, 0);
	const char *mistake;

	if (IS_ERR(regs))
		return PTR_ERR(regs);
	if (of_property_read_string(pdev->dev.of_node, "mistake", &mistake))
		return -EINVAL;
	return make(pdev, mistake, regs);
}

static void planted_remove(struct platform_device *pdev)
{
	const char *mistake;

	if (!of_property_read_string(pdev->dev.of_node, "mistake", &mistake) && strcmp(mistake, "leak"))
		kfree(platform_get_drvdata(pdev));
}

static const struct of_device_id planted_match[] = {
	{ .compatible = "bench,planted" },
	{ }
};

static struct platform_driver planted_driver = {
	.probe = planted_probe,
	.remove_new = planted_remove,
	.driver = {
		.name = "planted",
		.of_match_table = planted_match,
	},
};
module_platform_driver(planted_driver);
