// SPDX-License-Identifier: GPL-2.0-only
//! The image: entry and wiring of the crates.
#![no_std]
#![no_main]

/// What the board's configuration chose.
#[cfg_attr(
    not(feature = "net"),
    expect(dead_code, reason = "the IP stack has options, in images without it, too")
)]
mod options {
    include!(concat!(env!("OUT_DIR"), "/options.rs"));
}

mod ported;

use arch::boot::BootInfo;
use arch::vectors::Handlers;
use kernel::boot::Config;

static CONFIG: Config = Config {
    early_consoles: drivers::serial::EARLY,
    fallback_console: options::CONSOLE_EARLY,
    consoles: drivers::serial::CONSOLES,
    irq_chips: drivers::irqchip::IRQ_CHIPS,
    firmware: drivers::power::psci::find,
    builtin_tree: options::BUILTIN_DTB,
    max_cpus: options::HOST_MAX_CPUS as usize,
    policy: options::SCHED_POLICY,
    edf_cpus: options::SCHED_EDF_CPUS as u32,
    balance: options::SCHED_BALANCE,
    heap_bytes: options::HEAP_INITIAL_SIZE as usize,
    log_ring: options::LOG_RING_SIZE as usize,
    log_level: options::LOG_LEVEL,
    panic_reset: false,
    handlers: Handlers {
        guest_sync: vmm::exit::sync,
        guest_irq: vmm::exit::irq,
        guest_serror: vmm::exit::serror,
        host_irq: kernel::boot::host_irq,
        host_fault: kernel::panic::host_fault,
    },
    init_cpu: vmm::host::init_cpu,
    main: init,
};

/// The first Rust code: called by the entry code, at EL2 with the coarse map.
#[unsafe(no_mangle)]
fn ferrovisor_main(info: &BootInfo) -> ! {
    kernel::boot::boot(info, &CONFIG)
}

/// Called by the entry code at any other exception level, with the MMU off.
#[unsafe(no_mangle)]
extern "C" fn ferrovisor_wrong_el(level: u64) -> ! {
    kernel::boot::wrong_exception_level(level, &CONFIG)
}

/// The first orphan: everything that needs a working system.
fn init() {
    log::info!("board {}", options::BOARD);
    io::serial::set_polled_output(kernel::console::offer);
    if let Err(error) = vmm::init(options::SCHED_SLICE_MS * kernel::time::NS_PER_MS) {
        log::error!("no guest can run: {error}");
    }
    if let Some(tree) = kernel::dt::tree() {
        kernel::device::probe_all(tree, drivers::rtc::DRIVERS, &ported::compatibles());
    }
    ported::start(options::NET_UPLINK);
    io::rtc::now_unix_ns().into_iter().for_each(emulators::pl031::set_wall_clock);
    emulators::register();
    #[cfg(feature = "net")]
    if let Err(error) = host_net::start(options::NET_SWITCH, options::NET_ADDRESS) {
        log::error!("no network for the hypervisor: {error}");
    }
    if options::GUESTS_AUTOSTART {
        vmm::manager::autostart();
        ported::autostart(options::GUESTS_FROM);
    }
    let config = terminal::Config {
        escape: options::CONSOLE_ESCAPE,
        history: options::TERMINAL_HISTORY as usize,
        ..terminal::Config::default()
    };
    if let Err(error) = terminal::start(config) {
        log::error!("no management terminal: {error}");
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    kernel::panic::report(info)
}
