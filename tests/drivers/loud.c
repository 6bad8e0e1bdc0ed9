// SPDX-License-Identifier: GPL-2.0-only
/*
 * Says everything that a driver can say, for a test. Reading its memory ends the machine: byte 0 by panic(), byte 1
 * by BUG().
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/nvmem-provider.h>
#include <linux/panic.h>
#include <linux/platform_device.h>
#include <linux/printk.h>

static int loud_read(void *priv, unsigned int offset, void *val, size_t bytes)
{
	if (offset == 0)
		panic("asked for %zu byte at %u\n", bytes, offset);
	BUG_ON(offset == 1);
	return -EIO;
}

static __printf(1, 2) void loud_list(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
}

static int loud_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct nvmem_config config = {
		.dev = dev,
		.name = "loud",
		.id = NVMEM_DEVID_NONE,
		.read_only = true,
		.word_size = 1,
		.stride = 1,
		.size = 4,
		.reg_read = loud_read,
	};
	int error;

	dev_emerg(dev, "level %d\n", 0);
	dev_alert(dev, "level %d\n", 1);
	dev_crit(dev, "level %d\n", 2);
	dev_err(dev, "level %d\n", 3);
	dev_warn(dev, "level %d\n", 4);
	dev_notice(dev, "level %d\n", 5);
	dev_info(dev, "level %d\n", 6);
	dev_printk(KERN_ERR, dev, "a level of its own\n");
	printk(KERN_WARNING "without a device: %s\n", dev_name(dev));
	loud_list(KERN_ERR "a list of %d and %s\n", 1, "two");
	if (!WARN(dev, "warned of %s\n", dev_name(dev)))
		return -EINVAL;
	if (WARN_ON(!dev))
		return -EINVAL;
	dump_stack();
	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
	error = dev_err_probe(dev, -EIO, "in the end\n");
	if (error != -EIO)
		return error;
	return PTR_ERR_OR_ZERO(devm_nvmem_register(dev, &config));
}

static const struct of_device_id loud_of_match[] = {
	{ .compatible = "qemu,fw-cfg-mmio" },
	{ /* end */ }
};

static struct platform_driver loud_driver = {
	.probe = loud_probe,
	.driver = {
		.name = "loud",
		.of_match_table = loud_of_match,
	},
};
builtin_platform_driver(loud_driver);
