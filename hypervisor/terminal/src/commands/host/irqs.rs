// SPDX-License-Identifier: GPL-2.0-only
//! `host irqs` and `host timers`.

use kernel::irq::{self, Report, Trigger};
use kernel::percpu::{self, CpuId, MAX_CPUS};
use kernel::{time, timer};

use crate::command::Ctx;
use crate::error::Error;
use crate::value::{Record, Table, Value};

/// The columns of `host irqs`, with as many CPUs as there can be.
const COLUMNS: [&str; FIXED + MAX_CPUS] = [
    "INTID",
    "NAME",
    "TRIGGER",
    "FORWARDED",
    "TARGET",
    "CPU0",
    "CPU1",
    "CPU2",
    "CPU3",
    "CPU4",
    "CPU5",
    "CPU6",
    "CPU7",
    "CPU8",
    "CPU9",
    "CPU10",
    "CPU11",
    "CPU12",
    "CPU13",
    "CPU14",
    "CPU15",
];
const FIXED: usize = 5;

pub(super) fn irqs(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut cpus = Table::new(&["CPU", "TAKEN", "SPURIOUS", "UNHANDLED"]);
    for n in 0..percpu::cpu_count() {
        let counts = irq::cpu_counts(CpuId(n as u16));
        cpus.row([n.into(), counts.total.into(), counts.spurious.into(), counts.unhandled.into()]);
    }
    let controller = irq::chip().map(|chip| chip.name()).ok();
    let record = Record::new()
        .with("controller", controller)
        .with("interrupts", table(&irq::list(), percpu::cpu_count()))
        .with("totals", cpus);
    ctx.show(record)
}

fn table(reports: &[Report], cpus: usize) -> Table {
    let mut table = Table::new(COLUMNS.get(..FIXED + cpus).unwrap_or(&COLUMNS));
    for r in reports {
        let private = r.intid < irq::PRIVATE;
        let trigger = match r.options.trigger {
            Some(Trigger::Edge) => Value::from("edge"),
            Some(Trigger::Level) => Value::from("level"),
            None => Value::Null,
        };
        let target = if private { Value::Null } else { Value::Int(u64::from(r.options.cpu.0)) };
        let fixed = [r.intid.into(), r.name.as_str().into(), trigger, r.options.forwarded.into(), target];
        let counts = (0..cpus).map(|cpu| match r.counts.as_slice() {
            // A shared interrupt's total stands in the column of the CPU that takes it.
            [total] if !private => {
                if cpu == r.options.cpu.index() {
                    Value::Int(*total)
                } else {
                    Value::Null
                }
            }
            counts => counts.get(cpu).copied().into(),
        });
        table.row(fixed.into_iter().chain(counts));
    }
    table
}

pub(super) fn timers(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let now = time::now_ns();
    let mut table = Table::new(&["CPU", "ARMED", "NEXT IN"]);
    for n in 0..percpu::cpu_count() {
        let (armed, next) = timer::stats(CpuId(n as u16));
        let next = next.map(|ticks| Value::Nanos(time::ticks_to_ns(ticks).saturating_sub(now)));
        table.row([n.into(), armed.into(), next.unwrap_or(Value::Null)]);
    }
    let record = Record::new()
        .with("now", Value::Nanos(now))
        .with("frequency hz", arch::counter::frequency())
        .with("timers", table);
    ctx.show(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::irq::Options;

    #[test]
    fn private_interrupts_have_a_count_per_cpu_shared_ones_at_their_target() {
        let private = Report {
            intid: 26,
            name: "timer".into(),
            options: Options::new(Some(Trigger::Level)),
            counts: vec![10, 20],
        };
        let shared = Report {
            intid: 33,
            name: "uart".into(),
            options: Options { cpu: CpuId(1), ..Options::new(Some(Trigger::Edge)) },
            counts: vec![7],
        };
        let mut out = String::new();
        crate::value::print(&mut out, &table(&[private, shared], 2).into()).unwrap();
        assert_eq!(
            out,
            "INTID  NAME   TRIGGER  FORWARDED  TARGET  CPU0  CPU1\n\
             \x20  26  timer  level    no              -    10    20\n\
             \x20  33  uart   edge     no              1     -     7\n"
        );
    }
}
