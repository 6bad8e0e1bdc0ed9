// SPDX-License-Identifier: GPL-2.0-only
//! `vcpu`: the vCPUs of guests and their registers.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Write;

use arch::esr::Esr;
use arch::frame::GuestFrame;
use arch::guest::El1State;
use kernel::sched::{self, Progress};
use vmm::guest::Guest;
use vmm::manager;
use vmm::vcpu::Vcpu;

use super::guest;
use super::sched::affinity;
use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Table, Value, clean};

const VCPU: &[Param] = &[Param::one("GUEST/N", Kind::Vcpu)];

/// `vcpu`
pub const COMMAND: Command = Command {
    name: "vcpu",
    summary: "the vCPUs of guests and their registers",
    actions: &[
        Action {
            name: "list",
            params: &[Param::optional("GUEST", Kind::Guest)],
            json: true,
            summary: "list the vCPUs of all guests, or of one",
            help: "STATE: off (by PSCI), parked (the guest is paused, off or failed), running, runnable, or blocked\n\
                   (waits for an interrupt). TIME is what it has run, EXITS how often it came to the hypervisor.",
            run: list,
        },
        Action {
            name: "info",
            params: VCPU,
            json: true,
            summary: "show how a vCPU is scheduled and why it left its guest",
            help: "",
            run: info,
        },
        Action {
            name: "regs",
            params: VCPU,
            json: true,
            summary: "show a vCPU's registers",
            help: "Exact if the vCPU is off or parked ('guest pause'). Else they are those of its last exit; the EL1\n\
                   registers are then those of the last time that another vCPU took its CPU, if one did.",
            run: regs,
        },
    ],
};

/// The table of [`row`]s.
pub(super) fn table() -> Table {
    Table::new(&["VCPU", "STATE", "CPU", "PRIORITY", "AFFINITY", "TIME", "EXITS", "LAST PC"])
}

/// A vCPU's row.
pub(super) fn row(vcpu: &Vcpu) -> [Value; 8] {
    let thread = vcpu.thread();
    [
        name(vcpu).into(),
        state(vcpu).into(),
        thread.map(|t| u32::from(t.cpu().0)).into(),
        thread.map(|t| u32::from(t.priority())).into(),
        thread.map(|t| affinity(t)).into(),
        thread.map_or(Value::Null, |t| Value::Nanos(t.runtime_ns())),
        vcpu.exits.total().into(),
        vcpu.last_frame().map_or(Value::Null, |f| Value::Hex(f.elr)),
    ]
}

fn name(vcpu: &Vcpu) -> String {
    format!("{}/{}", vcpu.guest().name(), vcpu.index())
}

fn state(vcpu: &Vcpu) -> String {
    if vcpu.is_parked() {
        String::from("parked")
    } else if !vcpu.is_on() {
        String::from("off")
    } else {
        vcpu.thread().map_or_else(|| String::from("off"), |t| format!("{}", t.state()))
    }
}

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let guests = match ctx.arg(0) {
        Some(name) => Vec::from([guest::find(name)?]),
        None => manager::list(),
    };
    let mut table = table();
    for vcpu in guests.iter().flat_map(|g| g.vcpus()) {
        table.row(row(vcpu));
    }
    ctx.show(table)
}

/// The guest and the number that `GUEST/N` names.
fn find(text: &str) -> Result<(Arc<Guest>, usize), Error> {
    let wrong = |expected: String| Error::argument("GUEST/N", clean(text), expected);
    let Some((name, number)) = text.rsplit_once('/') else {
        return Err(wrong(String::from("the name of a guest, a slash, and the number of the vCPU")));
    };
    let guest = guest::find(name)?;
    let count = guest.vcpus().len();
    match number.parse().ok().filter(|n: &usize| *n < count) {
        Some(n) => Ok((guest, n)),
        None => Err(wrong(format!("{}/0 to {}/{}", guest.name(), guest.name(), count.saturating_sub(1)))),
    }
}

/// Calls `f` with the vCPU that the first argument names.
fn with_vcpu(ctx: &mut Ctx<'_>, f: fn(&mut Ctx<'_>, &Vcpu) -> Result<(), Error>) -> Result<(), Error> {
    let (guest, number) = find(ctx.arg(0).unwrap_or_default())?;
    match guest.vcpus().get(number) {
        Some(vcpu) => f(ctx, vcpu),
        None => Ok(()),
    }
}

fn info(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    with_vcpu(ctx, |ctx, vcpu| {
        let exits = vcpu.exits.iter().fold(Record::new(), |r, (kind, count)| r.with(kind, count));
        let mut record = Record::new()
            .with("vcpu", name(vcpu))
            .with("state", state(vcpu))
            .with("mpidr", Value::Hex(vmm::config::mpidr(vcpu.index())));
        if let Some(thread) = vcpu.thread() {
            scheduling(&mut record, thread);
        }
        let last = vcpu.last_frame().map(|f| format!("{} at pc {:#x}", Esr(f.esr).class_name(), f.elr));
        record.set("last exit", last);
        ctx.show(record.with("exits", exits))
    })
}

fn scheduling(record: &mut Record, thread: &sched::Vcpu) {
    record.set("cpu", u32::from(thread.cpu().0));
    record.set("loaded", thread.is_loaded());
    record.set("priority", u32::from(thread.priority()));
    record.set("affinity", affinity(thread));
    record.set("time", Value::Nanos(thread.runtime_ns()));
    record.set("switches", thread.switches());
    record.set("slice", Value::Nanos(thread.slice_ns()));
    if let (Some(edf), Progress::Period { left_ns, throttled, .. }) = (thread.deadline(), thread.progress()) {
        record.set("budget", Value::Nanos(edf.budget_ns));
        record.set("period", Value::Nanos(edf.period_ns));
        record.set("left of the budget", Value::Nanos(left_ns));
        record.set("throttled", throttled);
    }
}

fn regs(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    with_vcpu(ctx, |ctx, vcpu| {
        let Some(frame) = vcpu.last_frame() else {
            return Err(Error::failed(format!("{} has not run yet: it has no registers", name(vcpu))));
        };
        let exact = vcpu.is_parked() || !vcpu.is_on();
        // While it is loaded they are in the CPU, and only that CPU may look at them.
        let loaded = !exact && vcpu.thread().is_some_and(|t| t.is_loaded());
        let el1 = (!loaded).then(|| vcpu.last_el1());
        if ctx.json {
            return ctx.show(record(&name(vcpu), exact, &frame, el1.as_ref()));
        }
        let taken = if exact {
            "it stands still: these are its registers"
        } else {
            "it runs: these are of its last exit"
        };
        writeln!(ctx, "{}: {taken}", name(vcpu))?;
        print(ctx, &frame)?;
        match &el1 {
            Some(el1) => print_el1(ctx, el1),
            None => {
                writeln!(ctx, "EL1 registers: in the CPU that runs it; 'guest pause' makes them visible")?;
                Ok(())
            }
        }
    })
}

/// The EL1 registers with their names.
fn el1_registers(el1: &El1State) -> [(&'static str, u64); 21] {
    [
        ("sp_el0", el1.sp_el0),
        ("sp_el1", el1.sp_el1),
        ("elr_el1", el1.elr_el1),
        ("spsr_el1", el1.spsr_el1),
        ("sctlr_el1", el1.sctlr_el1),
        ("cpacr_el1", el1.cpacr_el1),
        ("tcr_el1", el1.tcr_el1),
        ("ttbr0_el1", el1.ttbr0_el1),
        ("ttbr1_el1", el1.ttbr1_el1),
        ("mair_el1", el1.mair_el1),
        ("vbar_el1", el1.vbar_el1),
        ("esr_el1", el1.esr_el1),
        ("far_el1", el1.far_el1),
        ("par_el1", el1.par_el1),
        ("contextidr_el1", el1.contextidr_el1),
        ("tpidr_el0", el1.tpidr_el0),
        ("tpidrro_el0", el1.tpidrro_el0),
        ("tpidr_el1", el1.tpidr_el1),
        ("cntkctl_el1", el1.cntkctl_el1),
        ("afsr0_el1", el1.afsr0_el1),
        ("csselr_el1", el1.csselr_el1),
    ]
}

fn print(out: &mut dyn Write, frame: &GuestFrame) -> Result<(), Error> {
    writeln!(out, "pc   {:016x}  pstate {:08x} {}", frame.elr, frame.spsr, pstate(frame.spsr))?;
    for (row, values) in frame.x.chunks(4).enumerate() {
        for (n, value) in values.iter().enumerate() {
            let gap = if n + 1 == values.len() { "\n" } else { "  " };
            write!(out, "{:<4} {value:016x}{gap}", format!("x{}", row * 4 + n))?;
        }
    }
    Ok(())
}

fn print_el1(out: &mut dyn Write, el1: &El1State) -> Result<(), Error> {
    for values in el1_registers(el1).chunks(3) {
        for (n, (name, value)) in values.iter().enumerate() {
            let gap = if n + 1 == values.len() { "\n" } else { "  " };
            write!(out, "{name:<14} {value:016x}{gap}")?;
        }
    }
    // MMU and caches say much about how far a guest has come (Arm ARM D24.2.175, SCTLR_EL1).
    let bit = |n: u32| if el1.sctlr_el1 >> n & 1 != 0 { "on" } else { "off" };
    writeln!(out, "mmu {}, data cache {}, instruction cache {}", bit(0), bit(2), bit(12))?;
    let exception =
        if el1.esr_el1 == 0 { "none, or an undefined instruction" } else { Esr(el1.esr_el1).class_name() };
    writeln!(out, "last exception at EL1: {exception}")?;
    Ok(())
}

fn record(name: &str, exact: bool, frame: &GuestFrame, el1: Option<&El1State>) -> Record {
    let el1 = el1.map(|el1| {
        el1_registers(el1).iter().fold(Record::new(), |r, (name, v)| r.with(name, Value::Hex(*v)))
    });
    Record::new()
        .with("vcpu", name)
        .with("exact", exact)
        .with("pc", Value::Hex(frame.elr))
        .with("pstate", Value::Hex(frame.spsr))
        .with("x", Value::List(frame.x.iter().map(|x| Value::Hex(*x)).collect()))
        .with("el1", el1)
}

/// PSTATE as `SPSR_EL2` holds it (Arm ARM D24.2.169): exception level and stack pointer, flags and masks, upper case if
/// set.
fn pstate(spsr: u64) -> String {
    let mode = match spsr & 0x1f {
        0b00000 => "EL0t",
        0b00100 => "EL1t",
        0b00101 => "EL1h",
        m if m & 0x10 != 0 => "AArch32",
        _ => "invalid",
    };
    let mut text = String::from(mode);
    text.push(' ');
    for (n, name) in [(31, 'n'), (30, 'z'), (29, 'c'), (28, 'v')] {
        text.push(if spsr >> n & 1 != 0 { name.to_ascii_uppercase() } else { name });
    }
    text.push(' ');
    for (n, name) in [(9, 'd'), (8, 'a'), (7, 'i'), (6, 'f')] {
        text.push(if spsr >> n & 1 != 0 { name.to_ascii_uppercase() } else { name });
    }
    if spsr >> 20 & 1 != 0 {
        text.push_str(" IL");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pstate_in_words() {
        assert_eq!(pstate(0x3c5), "EL1h nzcv DAIF");
        assert_eq!(pstate(0x6000_0000), "EL0t nZCv daif");
        assert_eq!(pstate(0x8010_0085), "EL1h Nzcv daIf IL");
        assert_eq!(pstate(0x1d3), "AArch32 nzcv dAIF");
    }

    #[test]
    fn all_registers_are_shown() {
        let mut frame = GuestFrame::new(core::ptr::null());
        frame.elr = 0xffff_8000_1234_5678;
        frame.spsr = 0x3c5;
        frame.x[30] = 0xdead_beef;
        let el1 = El1State { sctlr_el1: 5, vbar_el1: 0xffff_8000_0801_0800, ..El1State::default() };
        let mut out = String::new();
        print(&mut out, &frame).unwrap();
        print_el1(&mut out, &el1).unwrap();
        assert!(out.starts_with(
            "pc   ffff800012345678  pstate 000003c5 EL1h nzcv DAIF\nx0   0000000000000000  x1 "
        ));
        assert!(out.contains("x30  00000000deadbeef\n"), "{out}");
        assert!(out.contains("vbar_el1       ffff800008010800"), "{out}");
        assert!(out.contains("mmu on, data cache on, instruction cache off\n"), "{out}");
        assert!(out.lines().all(|l| l.len() <= 110), "{out}");
        let mut json = String::new();
        crate::json::write(&mut json, &record("linux0/0", true, &frame, Some(&el1)).into()).unwrap();
        assert!(json.contains("\"pc\":\"0xffff800012345678\"") && json.contains("\"x\":[\"0x0\","), "{json}");
    }

    #[test]
    fn a_vcpu_that_is_not_there() {
        let out = crate::fake::output;
        assert_eq!(
            out("vcpu regs linux0"),
            "error: vcpu regs: GUEST/N: found 'linux0', expected the name of a guest, a slash, and the number of the vCPU\n"
        );
        assert!(out("vcpu info linux0/0").starts_with("error: vcpu info: unknown guest 'linux0'"));
        assert_eq!(out("vcpu list --json"), "[]\n");
    }
}
