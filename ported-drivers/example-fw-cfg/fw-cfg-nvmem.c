// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's firmware configuration device as a non-volatile memory: each of its first 64 items has 256 bytes
 * of it. Item 0 is the signature "QEMU", item 3 the size of RAM in bytes, item 5 the number of CPUs.
 *
 * This is the worked example of docs/port-a-driver.md. It is an ordinary driver: nothing in it knows that
 * it does not run in Linux.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nvmem-provider.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Reading a byte here gives the next byte of the selected item. */
#define FW_CFG_DATA	0x0
/* Writing an item's number here, high byte first, selects it from its first byte on. */
#define FW_CFG_SELECTOR	0x8

#define FW_CFG_ITEMS	64
#define FW_CFG_WINDOW	256

static const char fw_cfg_signature[] = { 'Q', 'E', 'M', 'U' };

struct fw_cfg {
	struct device *dev;
	void __iomem *base;
	/* The device knows one selected item only: a read is not to be torn apart by another. */
	struct mutex lock;
	struct nvmem_device *nvmem;
};

/* Reads from an item; what is behind its end reads as zero. */
static void fw_cfg_read_item(struct fw_cfg *fw, unsigned int item, unsigned int skip, u8 *to, size_t len)
{
	mutex_lock(&fw->lock);
	iowrite16be(item, fw->base + FW_CFG_SELECTOR);
	while (skip--)
		readb(fw->base + FW_CFG_DATA);
	while (len--)
		*to++ = readb(fw->base + FW_CFG_DATA);
	mutex_unlock(&fw->lock);
}

static int fw_cfg_nvmem_read(void *priv, unsigned int offset, void *val, size_t bytes)
{
	struct fw_cfg *fw = priv;
	u8 *to = val;

	while (bytes) {
		unsigned int skip = offset % FW_CFG_WINDOW;
		size_t len = min_t(size_t, bytes, FW_CFG_WINDOW - skip);

		fw_cfg_read_item(fw, offset / FW_CFG_WINDOW, skip, to, len);
		offset += len;
		to += len;
		bytes -= len;
	}
	return 0;
}

static int fw_cfg_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct nvmem_config config = {
		.dev = dev,
		.name = "fw-cfg",
		.id = NVMEM_DEVID_NONE,
		.read_only = true,
		.word_size = 1,
		.stride = 1,
		.size = FW_CFG_ITEMS * FW_CFG_WINDOW,
		.reg_read = fw_cfg_nvmem_read,
	};
	char signature[sizeof(fw_cfg_signature)];
	struct fw_cfg *fw;

	fw = devm_kzalloc(dev, sizeof(*fw), GFP_KERNEL);
	if (!fw)
		return -ENOMEM;
	fw->dev = dev;
	mutex_init(&fw->lock);

	fw->base = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(fw->base))
		return PTR_ERR(fw->base);

	fw_cfg_read_item(fw, 0, 0, (u8 *)signature, sizeof(signature));
	if (memcmp(signature, fw_cfg_signature, sizeof(signature)))
		return dev_err_probe(dev, -ENODEV, "signature is %*ph\n", (int)sizeof(signature), signature);

	config.priv = fw;
	fw->nvmem = devm_nvmem_register(dev, &config);
	if (IS_ERR(fw->nvmem))
		return dev_err_probe(dev, PTR_ERR(fw->nvmem), "cannot register the memory\n");

	dev_info(dev, "%u items\n", FW_CFG_ITEMS);
	return 0;
}

static const struct of_device_id fw_cfg_of_match[] = {
	{ .compatible = "qemu,fw-cfg-mmio" },
	{ /* end */ }
};
MODULE_DEVICE_TABLE(of, fw_cfg_of_match);

static struct platform_driver fw_cfg_driver = {
	.probe = fw_cfg_probe,
	.driver = {
		.name = "fw-cfg-nvmem",
		.of_match_table = fw_cfg_of_match,
	},
};
module_platform_driver(fw_cfg_driver);

MODULE_DESCRIPTION("QEMU firmware configuration device");
MODULE_LICENSE("GPL");
