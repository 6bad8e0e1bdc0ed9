// SPDX-License-Identifier: GPL-2.0-only
//! Sorting where size counts and speed does not: the sort of `core` is compiled anew for each type, some 4 KiB each time.

/// A heap sort of `n` places: `before` says whether one belongs before another, `swap` exchanges two. Takes n log n steps,
/// no memory. Equals may change their order. Context: any.
pub fn places(n: usize, before: &mut dyn FnMut(usize, usize) -> bool, swap: &mut dyn FnMut(usize, usize)) {
    for root in (0..n / 2).rev() {
        sift(root, n, before, swap);
    }
    for end in (1..n).rev() {
        swap(0, end);
        sift(0, end, before, swap);
    }
}

/// Lets what is at `root` sink until no child belongs behind it.
fn sift(
    mut root: usize,
    end: usize,
    before: &mut dyn FnMut(usize, usize) -> bool,
    swap: &mut dyn FnMut(usize, usize),
) {
    loop {
        let mut child = 2 * root + 1;
        if child >= end {
            return;
        }
        if child + 1 < end && before(child, child + 1) {
            child += 1;
        }
        if !before(root, child) {
            return;
        }
        swap(root, child);
        root = child;
    }
}

/// Sorts by [`places`]: `before` says whether one element belongs before another. Context: any.
pub fn by<T>(slice: &mut [T], before: impl Fn(&T, &T) -> bool) {
    let len = slice.len();
    let slice = core::cell::RefCell::new(slice);
    places(
        len,
        &mut |a, b| {
            let slice = slice.borrow();
            slice.get(a).zip(slice.get(b)).is_some_and(|(a, b)| before(a, b))
        },
        &mut |a, b| slice.borrow_mut().swap(a, b),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn as_the_standard_sort() {
        let mut state = 1u32;
        for len in 0..150 {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            };
            let mut numbers: Vec<u8> = (0..len).map(|_| next()).collect();
            let mut expected = numbers.clone();
            expected.sort_unstable();
            by(&mut numbers, |a, b| a < b);
            assert_eq!(numbers, expected);
        }
    }
}
