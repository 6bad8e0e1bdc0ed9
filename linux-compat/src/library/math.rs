// SPDX-License-Identifier: GPL-2.0-only
//! Arithmetic of whole numbers.

use core::ffi::c_ulong;

crate::exports! {
    family "library";
    [any, supported, "library::tests::arithmetic"]
    fn mul_u64_u64_div_u64(a: u64, mul: u64, divisor: u64) -> u64 = mul_div;
    [any, supported, "library::tests::arithmetic"]
    fn int_pow(base: u64, exp: core::ffi::c_uint) -> u64 = pow;
    [any, supported, "library::tests::arithmetic"]
    fn int_sqrt(x: c_ulong) -> c_ulong = u64::isqrt;
    [any, supported, "library::tests::arithmetic"]
    fn gcd(a: c_ulong, b: c_ulong) -> c_ulong = gcd;
    [any, supported, "library::tests::arithmetic"]
    fn lcm(a: c_ulong, b: c_ulong) -> c_ulong = lcm;
    [any, supported, "library::tests::arithmetic"]
    fn lcm_not_zero(a: c_ulong, b: c_ulong) -> c_ulong = lcm_not_zero;
    [any, supported, "library::tests::arithmetic"]
    fn rational_best_approximation(n: c_ulong, d: c_ulong, max_n: c_ulong, max_d: c_ulong, best_n: *mut c_ulong, best_d: *mut c_ulong) -> () = approximate;
}

/// With 128 bits between; all ones where the result does not fit.
pub(super) fn mul_div(a: u64, mul: u64, divisor: u64) -> u64 {
    let product = u128::from(a) * u128::from(mul);
    product.checked_div(divisor.into()).map_or(u64::MAX, |q| u64::try_from(q).unwrap_or(u64::MAX))
}

pub(super) fn pow(base: u64, exp: u32) -> u64 {
    base.wrapping_pow(exp)
}

pub(super) fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

pub(super) fn lcm(a: u64, b: u64) -> u64 {
    if a == 0 || b == 0 { 0 } else { (a / gcd(a, b)).wrapping_mul(b) }
}

/// The other one where one is 0.
pub(super) fn lcm_not_zero(a: u64, b: u64) -> u64 {
    match lcm(a, b) {
        0 if b != 0 => b,
        0 => a,
        n => n,
    }
}

/// The nearest fraction with terms of at most `max_n` and `max_d`, by continued fractions and their half steps.
pub(super) unsafe fn approximate(n: u64, d: u64, max_n: u64, max_d: u64, best_n: *mut u64, best_d: *mut u64) {
    let (mut n, mut d) = (n, d);
    let (mut n0, mut d0, mut n1, mut d1) = (0u64, 1u64, 1u64, 0u64);
    while d != 0 {
        let (step, rest) = (n / d, n % d);
        let next_n = n1.checked_mul(step).and_then(|x| x.checked_add(n0)).filter(|&x| x <= max_n);
        let next_d = d1.checked_mul(step).and_then(|x| x.checked_add(d0)).filter(|&x| x <= max_d);
        if let (Some(next_n), Some(next_d)) = (next_n, next_d) {
            (n0, d0, n1, d1) = (n1, d1, next_n, next_d);
            (n, d) = (d, rest);
            continue;
        }
        // As far as the limits allow; better than the last if that is more than half of the step.
        let of_d = (max_d - d0).checked_div(d1).unwrap_or(u64::MAX);
        let part = of_d.min((max_n - n0).checked_div(n1).unwrap_or(u64::MAX));
        let half = part.saturating_mul(2);
        if d1 == 0 || half > step || (half == step && u128::from(d0) * u128::from(d) > u128::from(d1) * u128::from(rest)) {
            (n1, d1) = (n0 + part * n1, d0 + part * d1);
        }
        break;
    }
    // SAFETY: the caller's places.
    unsafe {
        best_n.write(n1);
        best_d.write(d1);
    }
}
