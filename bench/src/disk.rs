//! The cost of one durable write on this disk.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use hdrhistogram::Histogram;

/// Times of 4 KiB appended and synced, in microseconds.
pub fn fsync_times(folder: &Path) -> anyhow::Result<Histogram<u64>> {
    let path = folder.join("fsync.probe");
    let mut file = std::fs::File::create(&path).context("a probe file")?;
    let mut times = Histogram::new(3)?;
    for _ in 0..400 {
        file.write_all(&[7; 4096])?;
        let started = Instant::now();
        file.sync_data()?;
        times.record(u64::try_from(started.elapsed().as_micros())?)?;
    }
    std::fs::remove_file(path)?;
    Ok(times)
}
