// SPDX-License-Identifier: GPL-2.0-only
//! Families of Linux's interface: which header declares a name, and which family that header is of.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// Starts of headers' paths and the family that they are of; the first that fits counts. Where none
/// does, the folder below `linux/` is the family, or the first part of the header's name.
const FAMILIES: &[(&str, &str)] = &[
    ("linux/clk", "clk"),
    ("linux/of_clk", "clk"),
    ("linux/reset", "reset"),
    ("linux/regulator", "regulator"),
    ("linux/pinctrl", "pinctrl"),
    ("linux/gpio", "gpio"),
    ("linux/of_gpio", "gpio"),
    ("linux/interrupt", "irq"),
    ("linux/irq", "irq"),
    ("linux/hardirq", "irq"),
    ("linux/of_irq", "irq"),
    ("linux/msi", "irq"),
    ("linux/of_device", "of"),
    ("linux/of_platform", "of"),
    ("linux/of", "of"),
    ("linux/property", "property"),
    ("linux/fwnode", "property"),
    ("linux/device", "device"),
    ("linux/dev_printk", "printk"),
    ("linux/platform_device", "device"),
    ("linux/platform_data", "platform-data"),
    ("linux/mod_devicetable", "device"),
    ("linux/amba", "device"),
    ("linux/auxiliary", "device"),
    ("linux/component", "device"),
    ("linux/module", "module"),
    ("linux/init", "module"),
    ("linux/export", "module"),
    ("linux/moduleparam", "module"),
    ("linux/io", "io"),
    ("linux/ioport", "io"),
    ("asm/io", "io"),
    ("asm-generic/io", "io"),
    ("vdso/", "time"),
    ("linux/timer", "time"),
    ("linux/delay", "time"),
    ("linux/time", "time"),
    ("linux/ktime", "time"),
    ("linux/jiffies", "time"),
    ("linux/hrtimer", "time"),
    ("linux/clocks", "clocksource"),
    ("linux/clockchips", "clocksource"),
    ("linux/sched_clock", "clocksource"),
    ("linux/workqueue", "work"),
    ("linux/kthread", "work"),
    ("linux/sched", "work"),
    ("linux/spinlock", "locking"),
    ("linux/mutex", "locking"),
    ("linux/rwsem", "locking"),
    ("linux/rtmutex", "locking"),
    ("linux/rwlock", "locking"),
    ("linux/semaphore", "locking"),
    ("linux/seqlock", "locking"),
    ("linux/completion", "locking"),
    ("linux/wait", "locking"),
    ("linux/lockdep", "locking"),
    ("linux/rcu", "locking"),
    ("linux/atomic", "locking"),
    ("linux/slab", "memory"),
    ("linux/mm.h", "memory"),
    ("linux/mm_", "memory"),
    ("linux/vmalloc", "memory"),
    ("linux/highmem", "memory"),
    ("linux/numa", "memory"),
    ("linux/pfn", "memory"),
    ("linux/gfp", "memory"),
    ("linux/page", "memory"),
    ("linux/ww_mutex", "locking"),
    ("linux/mv643xx", "i2c"),
    ("linux/syscore", "pm"),
    ("linux/dma-mapping", "dma-mapping"),
    ("linux/dma-direction", "dma-mapping"),
    ("linux/dmapool", "dma-mapping"),
    ("linux/scatterlist", "dma-mapping"),
    ("linux/of_dma", "dmaengine"),
    ("linux/dma", "dmaengine"),
    ("linux/mmc", "mmc"),
    ("linux/i2c", "i2c"),
    ("linux/spi", "spi"),
    ("linux/regmap", "regmap"),
    ("linux/nvmem", "nvmem"),
    ("linux/pm", "pm"),
    ("linux/suspend", "pm"),
    ("linux/of_net", "net"),
    ("linux/of_mdio", "phy (network)"),
    ("linux/phylink", "phy (network)"),
    ("linux/phy.h", "phy (network)"),
    ("linux/phy_", "phy (network)"),
    ("linux/mdio", "phy (network)"),
    ("linux/mii", "phy (network)"),
    ("linux/phy/", "phy"),
    ("linux/netdevice", "net"),
    ("linux/etherdevice", "net"),
    ("linux/ethtool", "net"),
    ("linux/skbuff", "net"),
    ("linux/if_", "net"),
    ("linux/ip", "net"),
    ("linux/tcp", "net"),
    ("linux/udp", "net"),
    ("net/", "net"),
    ("linux/serial", "serial"),
    ("linux/tty", "serial"),
    ("linux/console", "serial"),
    ("linux/sysrq", "serial"),
    ("linux/fs.h", "files"),
    ("linux/debugfs", "files"),
    ("linux/seq_file", "files"),
    ("linux/sysfs", "files"),
    ("linux/cdev", "files"),
    ("linux/miscdevice", "files"),
    ("linux/uaccess", "files"),
    ("linux/usb", "usb"),
    ("linux/pci", "pci"),
    ("linux/acpi", "acpi"),
    ("acpi/", "acpi"),
    ("crypto/", "crypto"),
    ("linux/crypto", "crypto"),
    ("sound/", "sound"),
    ("drm/", "drm"),
    ("video/", "video"),
    ("media/", "media"),
    ("soc/", "soc"),
    ("linux/soc/", "soc"),
    ("linux/firmware", "firmware"),
    ("linux/kern_levels", "printk"),
    ("linux/sprintf", "printk"),
    ("linux/printk", "printk"),
    ("linux/ratelimit", "printk"),
    ("linux/watchdog", "watchdog"),
    ("linux/rtc", "rtc"),
    ("linux/bcd", "rtc"),
    ("linux/pwm", "pwm"),
    ("linux/thermal", "thermal"),
    ("linux/hwmon", "hwmon"),
    ("linux/iio", "iio"),
    ("linux/input", "input"),
    ("linux/led", "leds"),
    ("linux/mfd", "mfd"),
    ("linux/mtd", "mtd"),
    ("linux/blk", "block"),
    ("linux/bio", "block"),
    ("linux/power", "power"),
    ("linux/mailbox", "mailbox"),
    ("linux/hw_random", "hwrng"),
    ("linux/hwspinlock", "hwspinlock"),
    ("linux/interconnect", "interconnect"),
    ("linux/iommu", "iommu"),
    ("linux/virtio", "virtio"),
    ("linux/remoteproc", "remoteproc"),
    ("linux/arm-smccc", "firmware"),
    ("dt-bindings/", "dt-bindings"),
    ("trace/", "trace"),
    ("uapi/linux/", "uapi"),
    ("asm/", "arch"),
    ("asm-generic/", "arch"),
    ("drivers/", "private headers of Linux's cores"),
];

/// Headers of the kernel's library: small helpers that belong to no subsystem.
const LIBRARY: &[&str] = &[
    "align",
    "args",
    "array_size",
    "ascii85",
    "bcd",
    "bch",
    "bitfield",
    "bitmap",
    "bitops",
    "bitrev",
    "bits",
    "bsearch",
    "btree",
    "bug",
    "build_bug",
    "byteorder",
    "cache",
    "circ_buf",
    "cleanup",
    "compiler",
    "compiler_types",
    "const",
    "container_of",
    "cordic",
    "cpumask",
    "crc",
    "crc16",
    "crc32",
    "crc64",
    "crc7",
    "crc8",
    "ctype",
    "dcache",
    "err",
    "errno",
    "errname",
    "find",
    "gcd",
    "glob",
    "hash",
    "hashtable",
    "hex",
    "hexdump",
    "idr",
    "instruction_pointer",
    "int_log",
    "interval_tree",
    "kconfig",
    "kernel",
    "kfifo",
    "klist",
    "kobject",
    "kref",
    "kstrtox",
    "lcm",
    "limits",
    "list",
    "list_sort",
    "llist",
    "log2",
    "lzo",
    "math",
    "math64",
    "minmax",
    "nls",
    "nodemask",
    "notifier",
    "once",
    "overflow",
    "panic",
    "parser",
    "percpu",
    "plist",
    "poison",
    "polynomial",
    "prefetch",
    "radix-tree",
    "random",
    "rational",
    "rbtree",
    "refcount",
    "reciprocal_div",
    "sizes",
    "smp",
    "sort",
    "stddef",
    "string",
    "string_choices",
    "string_helpers",
    "stringify",
    "swab",
    "types",
    "typecheck",
    "unaligned",
    "units",
    "util_macros",
    "uuid",
    "version",
    "wordpart",
    "xarray",
    "zlib",
];

/// The family of a header.
pub fn of_header(header: &str) -> String {
    let stem = header.strip_prefix("linux/").and_then(|name| name.strip_suffix(".h"));
    if stem.is_some_and(|stem| LIBRARY.contains(&stem)) || header.starts_with("linux/unaligned/") {
        return "library".into();
    }
    if let Some((_, family)) = FAMILIES.iter().find(|(start, _)| header.starts_with(start)) {
        return (*family).into();
    }
    match header.strip_prefix("linux/") {
        Some(rest) => match rest.split_once('/') {
            Some((folder, _)) => folder.into(),
            None => rest.split(['-', '_', '.']).next().unwrap_or(rest).into(),
        },
        None => "others".into(),
    }
}

/// Folders of Linux's headers, by which a driver names what is in them.
const FOLDERS: [(&str, &str); 3] =
    [("include/", ""), ("arch/arm64/include/", ""), ("include/uapi/", "uapi/")];
/// Parts of `include/` in which no driver's function is declared.
const SKIPPED: [&str; 4] = ["include/dt-bindings", "include/config", "include/generated", "include/uapi"];

/// Headers that declare for everybody what others define again for a special case.
const FIRST: [&str; 6] = [
    "linux/module.h",
    "linux/moduleparam.h",
    "linux/init.h",
    "linux/printk.h",
    "linux/io.h",
    "asm-generic/io.h",
];

/// The names that headers declare, each with the header that drivers include for it. Reading them takes seconds.
pub struct Declarations {
    headers: Vec<String>,
    /// How likely the name is declared in the header of this index: more than in any other.
    best: HashMap<String, (u32, usize)>,
}

impl Declarations {
    /// Reads all headers of a tree that has them where Linux has.
    pub fn read(root: &Path) -> Declarations {
        let mut all = Declarations { headers: Vec::new(), best: HashMap::new() };
        let skipped = SKIPPED.map(|folder| root.join(folder));
        for (folder, start) in FOLDERS {
            let folder = root.join(folder);
            all.folder(&folder, &folder, start, &skipped);
        }
        all
    }

    /// Which header declares each of these names. Names that none declares are left out.
    pub fn of(&self, names: &BTreeSet<String>) -> BTreeMap<String, String> {
        let header = |name: &String| Some((name.clone(), self.headers[self.best.get(name)?.1].clone()));
        names.iter().filter_map(header).collect()
    }

    fn folder(&mut self, folder: &Path, root: &Path, start: &str, skipped: &[PathBuf]) {
        let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        let mut entries: Vec<_> = entries.map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() && !skipped.contains(&path) {
                self.folder(&path, root, start, skipped);
            } else if let Ok(bytes) = fs::read(&path) {
                let Ok(short) = path.strip_prefix(root) else { continue };
                self.header(format!("{start}{}", short.display()), &String::from_utf8_lossy(&bytes));
            }
        }
    }

    fn header(&mut self, header: String, text: &str) {
        // Headers of the kernel come before those of other parts.
        let bonus = 2 * u32::from(FIRST.contains(&header.as_str())) + u32::from(header.starts_with("linux/"));
        let index = self.headers.len();
        for (name, score) in declared(text) {
            let score = score * 4 + bonus;
            match self.best.get_mut(name) {
                Some(best) if best.0 >= score => {}
                Some(best) => *best = (score, index),
                None => _ = self.best.insert(name.to_owned(), (score, index)),
            }
        }
        self.headers.push(header);
    }
}

/// The names that a header seems to declare, with how likely that is.
fn declared(text: &str) -> Vec<(&str, u32)> {
    let mut found = Vec::new();
    for line in text.lines() {
        let defined = line.strip_prefix('#').and_then(|rest| rest.trim_start().strip_prefix("define"));
        let (score, rest) = match defined {
            Some(rest) => (4, rest.trim_start()),
            None if line.starts_with([' ', '\t']) => (1, line.trim_start()),
            None if line.starts_with(['/', '*', '#']) => continue,
            // The name of a type stands at the end of its definition.
            None if line.starts_with('}') && line.ends_with(';') => (5, line),
            None if line.starts_with('}') => continue,
            None if line.starts_with("typedef ") && line.ends_with(';') => {
                (5, line.rsplit(' ').next().unwrap_or(line))
            }
            None if line.ends_with('{') && !line.contains('(') => (5, line),
            None => (3, line),
        };
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        for word in rest.split(|letter| !is_name(letter)).filter(|word| !word.is_empty()) {
            // A function's own name is followed by its arguments.
            let called = || rest.split_once(word).is_some_and(|(_, after)| after.starts_with('('));
            match score {
                4 if rest.starts_with(word) => found.push((word, 4)),
                5 => found.push((word, 5)),
                3 => found.push((word, if called() { 4 } else { 2 })),
                // An enumerator.
                1 if rest.starts_with(word) && !called() => found.push((word, 1)),
                _ => {}
            }
            // A macro's body, and what follows an indented word, declares nothing.
            if matches!(score, 1 | 4) {
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_of_headers() {
        for (header, family) in [
            ("linux/clk-provider.h", "clk"),
            ("linux/of_irq.h", "irq"),
            ("linux/of_address.h", "of"),
            ("linux/bitfield.h", "library"),
            ("linux/crc32.h", "library"),
            ("linux/can/dev.h", "can"),
            ("linux/mmc/host.h", "mmc"),
            ("linux/nubus.h", "nubus"),
            ("linux/phy/phy.h", "phy"),
            ("linux/phy.h", "phy (network)"),
            ("linux/phy_", "phy (network)"),
            ("ufs/ufs.h", "others"),
        ] {
            assert_eq!(of_header(header), family, "{header}");
        }
    }

    #[test]
    fn declarations_are_told_from_uses() {
        let text = "\
int f(int a);
static inline void g(void)
{
\th(1);
}
#define I(x) j(x)
struct k {
\tint f;
};
enum {
\tL = 1,
};
typedef struct {
} m_t;
typedef k n_t;
";
        let found: BTreeMap<_, _> = declared(text).into_iter().collect();
        for name in ["I", "L", "f", "g", "k", "m_t", "n_t"] {
            assert!(found.contains_key(name), "{name}");
        }
        assert!(!found.contains_key("h") && !found.contains_key("j"));
        assert!(found["f"] > found["L"]);
    }
}
