// SPDX-License-Identifier: GPL-2.0-only
//! `sched`: who runs where, by which policy.

use alloc::format;
use alloc::string::{String, ToString};

use kernel::percpu::CpuId;
use kernel::sched::{self, BalancerKind, CpuMask, PolicyKind, Vcpu};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Table, Value};

/// The names of [`PolicyKind::ALL`].
const POLICIES: &[&str] = &["priority", "edf"];
/// The names of [`BalancerKind::ALL`].
const BALANCERS: &[&str] = &["off", "least-loaded"];

/// `sched`
pub const COMMAND: Command = Command {
    name: "sched",
    summary: "the scheduler: who runs where, by which policy",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list everything that is scheduled",
            help: "Normal vCPUs run guests, orphan vCPUs are threads of the hypervisor. TIME is what it has run since\n\
                   its creation, SWITCHES how often a CPU turned to it.",
            run: list,
        },
        Action {
            name: "policy",
            params: &[Param::optional("POLICY", Kind::Choice(POLICIES)), Param::any("CPU", Kind::Cpu)],
            json: true,
            summary: "show or set the policy by which host CPUs choose",
            help: "priority: the highest priority runs, those of the same take turns.\n\
                   edf: vCPUs with a budget per period run first, the earliest deadline before others.\n\
                   Without a CPU, the policy is set on all.",
            run: policy,
        },
        Action {
            name: "balance",
            params: &[Param::optional("BALANCER", Kind::Choice(BALANCERS))],
            json: true,
            summary: "show or set what moves vCPUs between host CPUs",
            help: "off: vCPUs stay where they are. least-loaded: a CPU that idles is given one that waits elsewhere.",
            run: balance,
        },
    ],
};

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&[
        "ID", "NAME", "KIND", "STATE", "CPU", "PRIORITY", "SLICE US", "BUDGET", "AFFINITY", "TIME",
        "SWITCHES",
    ]);
    for v in sched::snapshot() {
        table.row(row(&v));
    }
    ctx.show(table)
}

fn row(v: &Vcpu) -> [Value; 11] {
    let budget = v.deadline().map(|d| format!("{} of {} us", d.budget_ns / 1000, d.period_ns / 1000));
    [
        v.id().into(),
        v.name().into(),
        v.kind().to_string().into(),
        v.state().to_string().into(),
        Value::Int(u64::from(v.cpu().0)),
        Value::Int(u64::from(v.priority())),
        Value::Int(v.slice_ns() / 1000),
        budget.into(),
        affinity(v).into(),
        Value::Nanos(v.runtime_ns()),
        v.switches().into(),
    ]
}

/// The CPUs that a vCPU may run on.
pub(super) fn affinity(v: &Vcpu) -> String {
    if v.affinity() == CpuMask::ALL { String::from("all") } else { v.affinity().to_string() }
}

fn policy(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let online = sched::online();
    if let Some(kind) = ctx.arg(0).and_then(|name| name.parse::<PolicyKind>().ok()) {
        let mut some = false;
        for n in 1..ctx.args().len() {
            some = true;
            let cpu = ctx.number(n).and_then(|n| u16::try_from(n).ok()).map(CpuId);
            let Some(cpu) = cpu.filter(|cpu| online.iter().any(|o| o == *cpu)) else {
                let found = ctx.arg(n).unwrap_or_default();
                return Err(Error::argument("CPU", found, format!("one of the CPUs that are up: {online}")));
            };
            sched::set_policy(cpu, kind).map_err(Error::failed)?;
        }
        if !some {
            for cpu in online.iter() {
                sched::set_policy(cpu, kind).map_err(Error::failed)?;
            }
        }
    }
    let mut table = Table::new(&["CPU", "POLICY"]);
    for cpu in online.iter() {
        table.row([Value::Int(u64::from(cpu.0)), sched::policy_of(cpu).map(PolicyKind::name).into()]);
    }
    ctx.show(table)
}

fn balance(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    if let Some(kind) = ctx.arg(0).and_then(|name| name.parse::<BalancerKind>().ok()) {
        sched::set_balancer(kind);
    }
    ctx.show(Record::new().with("balancer", sched::balancer().name()).with("moves", sched::moves()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_offered_are_those_there_are() {
        assert_eq!(PolicyKind::ALL.map(PolicyKind::name), POLICIES);
        assert_eq!(BalancerKind::ALL.map(BalancerKind::name), BALANCERS);
    }
}
