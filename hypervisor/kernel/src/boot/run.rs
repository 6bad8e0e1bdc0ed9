// SPDX-License-Identifier: GPL-2.0-only
//! The boot sequence itself, on the target only.

use super::*;
use crate::mm::layout::{self, Layout};
use crate::mm::{heap, space};
use crate::{console, irq, log as klog, panic, percpu, power, sched, smp, timer};

use arch::boot::BootInfo;
use core::sync::atomic::{AtomicBool, Ordering};
use irq::{Handler, Options};
use sched::BalancerKind;

/// Bytes of an early console's registers that are mapped.
const CONSOLE_BYTES: u64 = 4096;

/// Where the entry code's map ends.
const COARSE_MAP_END: PhysAddr = PhysAddr(512 << 30);

/// The configuration, for the code that runs on secondary CPUs.
static CONFIG: Once<&'static Config> = Once::new();
/// The console is the one that the tree names.
static TREE_CONSOLE: AtomicBool = AtomicBool::new(false);

/// Says what is wrong, then stops.
fn fail(what: fmt::Arguments<'_>) -> ! {
    log::error!("boot failed: {what}");
    if CONFIG.get().is_some_and(|c| c.panic_reset) {
        log::error!("no reset: {}", power::reset());
    }
    console::flush();
    arch::cpu::halt()
}

/// A step that must succeed.
fn must<T, E: fmt::Display>(result: Result<T, E>, what: &str) -> T {
    match result {
        Ok(value) => value,
        Err(error) => fail(format_args!("{what}: {error}")),
    }
}

/// Brings the machine up and never returns. Called once, by the boot CPU on the boot stack, with the coarse map in
/// force and interrupts masked.
pub fn boot(info: &BootInfo, config: &'static Config) -> ! {
    percpu::init_boot();
    smp::init_boot();
    CONFIG.call_once(|| config);
    let level = config.log_level.parse().unwrap_or(log::LevelFilter::Info);
    klog::init(info.entry_counter, level);
    klog::set_levels(level, level);
    panic::init(info.text.start, config.panic_reset);
    arch::vectors::install(&config.handlers);

    let (fdt, place) = read_tree(info, config);
    let console = open_early(fdt, config);
    log::info!("Ferrovisor {} on the boot CPU, MPIDR {:#x}", env!("CARGO_PKG_VERSION"), arch::cpu::mpidr().0);

    let initrd = dt::machine::initrd(fdt).unwrap_or_else(|error| {
        log::error!("no bundle of guests: {error}");
        None
    });
    let mut ram = must(Layout::discover(fdt, info, place, initrd), "memory");
    // The coarse map ends at 512 GiB; and nothing shall be put in the way of the bundle before it moves.
    let limit = ram.bundle.as_ref().map_or(COARSE_MAP_END, |b| b.range.start.min(COARSE_MAP_END));
    frames::prefer_below(limit);
    enter_final_map(&ram, info, fdt, console);
    must(heap::init(config.heap_bytes), "memory is too small");
    let fdt = keep_tree(fdt, &mut ram);
    if let Some(bundle) = &ram.bundle {
        let place = must(layout::settle_bundle(bundle), "moving the bundle");
        log::info!("bundle of guests: {} at {}", Size(place.end - place.start), place.start);
        BUNDLE.call_once(|| place);
    }
    frames::prefer_below(PhysAddr(u64::MAX));
    if let Err(error) = klog::set_ring_size(config.log_ring) {
        log::warn!("{error}");
    }
    report_memory();

    find_firmware(fdt, config);
    set_up_interrupts(fdt, config);
    open_console(fdt, config);
    (config.init_cpu)(CpuId(0));
    sched::set_ipi(|cpu| irq::ipi(cpu, irq::Ipi::Reschedule));
    sched::set_idle_dispatch(irq::dispatch);
    sched::init_cpu(policy(config, CpuId(0)));
    sched::set_balancer(if config.balance { BalancerKind::LeastLoaded } else { BalancerKind::Off });
    let count = must(smp::start_all(fdt, config.max_cpus, secondary), "CPUs");
    log::info!("{count} CPUs up");
    if let Err(error) = sched::spawn("init", sched::Params::default(), config.main) {
        fail(format_args!("starting the first orphan: {error}"));
    }
    sched::idle_loop()
}

/// The scheduling policy that a CPU starts with.
fn policy(config: &Config, cpu: CpuId) -> sched::PolicyKind {
    if config.edf_cpus >> cpu.0 & 1 != 0 {
        return sched::PolicyKind::Edf;
    }
    config.policy.parse().unwrap_or(sched::PolicyKind::Priority)
}

/// What a secondary CPU does once it is up.
fn secondary(cpu: CpuId) -> ! {
    if let Some(config) = CONFIG.get() {
        (config.init_cpu)(cpu);
        sched::init_cpu(policy(config, cpu));
    }
    sched::idle_loop()
}

/// The blob that the boot loader gave, or the one in the image; and where it lies, if not in the image.
fn read_tree(info: &BootInfo, config: &'static Config) -> (Fdt<'static>, Option<Range<PhysAddr>>) {
    match given_tree(info) {
        Ok(Some(fdt)) => return (fdt, Some(info.dtb..info.dtb + fdt.data().len() as u64)),
        Ok(None) if config.builtin_tree.is_none() => no_tree(config, &"the boot loader gave none in x0"),
        Err(error) if config.builtin_tree.is_none() => no_tree(config, &error),
        Ok(None) => {}
        Err(error) => log::warn!("the boot loader's device tree is not used: {error}"),
    }
    match dt::check(config.builtin_tree.unwrap_or(&[])) {
        Ok(fdt) => (fdt, None),
        Err(error) => no_tree(config, &error),
    }
}

/// Without a tree only the fallback console can say so.
fn no_tree(config: &Config, why: &dyn fmt::Display) -> ! {
    open_fallback(config);
    fail(format_args!("no usable device tree: {why}"))
}

/// Checks the blob at the address in x0.
fn given_tree(info: &BootInfo) -> Result<Option<Fdt<'static>>, dt::DtError> {
    let malformed = |why| {
        let kind = dt::DtErrorKind::Malformed(dt::Name::new(why));
        dt::DtError { node: dt::Name::new("/"), property: "", kind }
    };
    if info.dtb.0 == 0 {
        return Ok(None);
    }
    if !info.dtb.is_aligned(8) {
        return Err(malformed("its address is not aligned to 8 bytes"));
    }
    let start = info.dtb.to_virt();
    // SAFETY: the entry code mapped the 2 MiB from here on; the address is aligned for bytes.
    let header = unsafe { start.as_ptr::<[u8; 8]>().read() };
    let size =
        dt::claimed_size(header).ok_or_else(|| malformed("no magic number 0xd00dfeed at its address"))?;
    if !(40..=dt::MAX_SIZE).contains(&size) {
        return Err(malformed("its size is not 40 bytes to 2 MiB"));
    }
    // SAFETY: inside the same 2 MiB, which nobody writes to until the blob is given up.
    dt::check(unsafe { core::slice::from_raw_parts(start.as_ptr(), size) }).map(Some)
}

/// Opens the polled console that the tree names, else the fallback. Returns its physical address.
fn open_early(fdt: Fdt<'_>, config: &Config) -> Option<PhysAddr> {
    // Before anything of the tree is touched: so that a fault can be reported.
    let fallback = open_fallback(config);
    if let Some((node, driver)) = find_console(fdt, config.early_consoles, |d| d.compatible)
        && let Ok(reg) = node.reg(0)
    {
        let base = reg.base.to_virt().0;
        if fallback == Some(reg.base) || fallback.is_none() || (driver.check)(base) {
            console::set_early((driver.open)(Some(&node)), base);
            TREE_CONSOLE.store(true, Ordering::Relaxed);
            return Some(reg.base);
        }
        log::error!("{node}: no {} at {}; the board's console is used instead", driver.name, reg.base);
    }
    fallback
}

fn open_fallback(config: &Config) -> Option<PhysAddr> {
    let (name, address) = config.fallback_console?;
    let driver = config.early_consoles.iter().find(|d| d.name == name)?;
    console::set_early((driver.open)(None), address as usize);
    console::set_fallback((driver.open)(None), address as usize);
    Some(PhysAddr(address))
}

/// Builds the final map and puts it in force; the console's registers move with it.
fn enter_final_map(ram: &Layout, info: &BootInfo, fdt: Fdt<'_>, console: Option<PhysAddr>) {
    must(space::init(&mut ram.regions(info)), "the hypervisor's map");
    let tree = PhysAddr(fdt.data().as_ptr().addr() as u64);
    must(space::map_readonly(tree..tree + fdt.data().len() as u64), "the hypervisor's map");
    // The polled consoles serve until the driver takes over, and in a panic.
    let map = |at| {
        core::mem::ManuallyDrop::new(must(space::try_map_device(at, CONSOLE_BYTES), "mapping the console"))
    };
    let fallback = CONFIG.get().and_then(|c| c.fallback_console).map(|(_, at)| map(PhysAddr(at)));
    let early = console.map(map);
    // SAFETY: the image, with the boot stack in its data, and RAM are mapped at their addresses.
    must(unsafe { space::activate() }, "the hypervisor's map");
    console::move_early(early.map(|m| m.base().0), fallback.map(|m| m.base().0));
}

/// Keeps what is used of the blob, and frees the place where it was.
fn keep_tree(fdt: Fdt<'static>, ram: &mut Layout) -> Fdt<'static> {
    let Some(place) = ram.tree.take() else {
        dt::set_tree(fdt);
        return fdt;
    };
    let used = dt::used_size(fdt);
    let kept = fdt.data().get(..used).and_then(|data| {
        let mut run = frames::alloc_for(frames::Purpose::DeviceTree, used as u64, 1).ok()?;
        run.zero();
        // SAFETY: fresh frames of at least this size, kept for good.
        let copy = unsafe { core::slice::from_raw_parts_mut(run.leak().to_virt().as_ptr::<u8>(), used) };
        copy.copy_from_slice(data);
        dt::set_total_size(copy, used as u32);
        dt::check(copy).ok()
    });
    let fdt = match kept {
        Some(copy) => {
            if place.sole {
                must(frames::unreserve(place.range, frames::Purpose::DeviceTree), "freeing the device tree");
            }
            copy
        }
        None => fdt,
    };
    dt::set_tree(fdt);
    fdt
}

fn find_firmware(fdt: Fdt<'static>, config: &Config) {
    struct Described(&'static dyn Firmware);
    impl fmt::Display for Described {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.describe(f)
        }
    }
    match (config.firmware)(fdt) {
        Ok(Some(firmware)) => {
            power::set_firmware(firmware);
            log::info!("firmware: {}", Described(firmware));
        }
        Ok(None) => log::warn!("no firmware: no reset, no power-off, other CPUs only by spin table"),
        Err(error) => log::error!("firmware: {error}"),
    }
}

fn set_up_interrupts(fdt: Fdt<'static>, config: &Config) {
    let Some(node) = dt::machine::interrupt_controller(fdt) else {
        fail(format_args!("the device tree has no interrupt controller that is known (GICv2 or GICv3)"))
    };
    let Some(driver) = config.irq_chips.iter().find(|d| node.is_compatible(d.compatible)) else {
        fail(format_args!("{node}: this image has no driver for the interrupt controller"))
    };
    let result = (driver.probe)(&node).and_then(irq::set_chip);
    crate::device::note(&node, driver.name, &result);
    must(result, "interrupt controller");
    let timer = must(dt::machine::hypervisor_timer(fdt), "the EL2 timer");
    // It comes even where a handler has opened the mask, see `timer::set_nested`.
    let options = Options { priority: irq::TIMER_PRIORITY, ..Options::new(Some(timer.trigger)) };
    let handler = Handler::Function(|_| timer::handle_irq(), 0);
    must(irq::request(timer.intid, "EL2 timer", options, handler), "the EL2 timer");
}

/// The console's driver takes over from the polled one; without it there is output only.
fn open_console(fdt: Fdt<'static>, config: &Config) {
    let found = find_console(fdt, config.consoles, |d| d.compatible);
    let Some((node, driver)) = found.filter(|_| TREE_CONSOLE.load(Ordering::Relaxed)) else {
        return log::warn!("no driver for the console in the device tree: there is no input");
    };
    let result = (driver.probe)(&node).and_then(console::set_device);
    crate::device::note(&node, driver.name, &result);
    if let Err(error) = result {
        log::error!("{node}: no console input: {error}");
    }
}

/// Says on the fallback console that the image was entered at the wrong exception level, then stops. Called with the
/// MMU off, where memory is accessed byte by byte and without locks.
pub fn wrong_exception_level(level: u64, config: &Config) -> ! {
    if let Some((name, address)) = config.fallback_console
        && let Some(driver) = config.early_consoles.iter().find(|d| d.name.as_bytes() == name.as_bytes())
    {
        let console = (driver.open)(None);
        let put = |text: &[u8]| text.iter().for_each(|&b| (console.put)(address as usize, console.layout, b));
        put(b"\r\nferrovisor: entered at EL");
        put(&[b'0' + (level & 3) as u8]);
        put(match level {
            3 => b", but it needs EL2: start it from firmware (TF-A, U-Boot), which enters at EL2.\r\n",
            _ => b", but it needs EL2: the machine has no EL2, or it is off (QEMU: -M virt,virtualization=on).\r\n",
        });
    }
    arch::cpu::halt()
}
