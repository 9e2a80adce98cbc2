//! Work that is the same for each of many, on as many cores as there are.

use std::thread;

/// Splits what there is into a part for each core; gives what each made, in order.
pub fn on_every_core<'a, T: Sync, R: Send>(all: &'a [T], work: impl Fn(&'a [T]) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = all.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let work = &work;
        let parts: Vec<_> = all.chunks(share).map(|part| scope.spawn(move || work(part))).collect();
        let done = parts.into_iter().map(|part| match part.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.collect()
    })
}
