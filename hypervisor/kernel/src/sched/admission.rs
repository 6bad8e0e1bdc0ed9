// SPDX-License-Identifier: GPL-2.0-only
//! Admission of deadline vCPUs: under earliest deadline first, budgets hold as long as their shares of the CPU add up to
//! no more than [`LIMIT_PPM`]. The rest is kept for the background, where the management terminal runs.

use super::life;
use super::policies::PolicyKind;
use super::runqueue;
use super::vcpu::{Edf, State, Vcpu};
use crate::error::{Error, Result};
use crate::percpu::CpuId;

/// What a CPU may promise, in millionths of its time.
pub const LIMIT_PPM: u32 = 950_000;

/// What `cpu` has promised to the deadline vCPUs that belong to it, but for `except`, in millionths. Context: any.
pub fn promised_ppm(cpu: CpuId, except: Option<&Vcpu>) -> u32 {
    let mut sum = 0u32;
    life::for_each(&mut |v| {
        if v.cpu() == cpu && v.state() != State::Dead && !except.is_some_and(|e| core::ptr::eq(e, v)) {
            sum = sum.saturating_add(v.deadline().map_or(0, Edf::share_ppm));
        }
    });
    sum
}

/// Whether `cpu`, if it runs earliest deadline first, can promise `wanted` besides what it has promised to others than
/// `except`. Context: any.
pub(super) fn check(cpu: CpuId, wanted: Option<Edf>, except: Option<&Vcpu>) -> Result<()> {
    match wanted {
        Some(edf) if policy_of(cpu) == Some(PolicyKind::Edf) => {
            within(cpu, promised_ppm(cpu, except).saturating_add(edf.share_ppm()))
        }
        _ => Ok(()),
    }
}

/// Whether `cpu` may turn to `kind` with the vCPUs that belong to it. Context: any.
pub(super) fn check_policy(cpu: CpuId, kind: PolicyKind) -> Result<()> {
    match kind {
        PolicyKind::Edf => within(cpu, promised_ppm(cpu, None)),
        PolicyKind::Priority => Ok(()),
    }
}

fn within(cpu: CpuId, wanted_ppm: u32) -> Result<()> {
    if wanted_ppm > LIMIT_PPM {
        return Err(Error::Overcommitted { cpu, wanted_ppm, limit_ppm: LIMIT_PPM });
    }
    Ok(())
}

/// The policy of `cpu`; `None` if it is not up. Context: any.
pub fn policy_of(cpu: CpuId) -> Option<PolicyKind> {
    let flags = arch::irq::save();
    let kind = runqueue::lock(cpu).policy.as_ref().map(|policy| policy.kind());
    arch::irq::restore(flags);
    kind
}
