//! The program itself as a separate process.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::process::{Child, Command};

use crate::hooks::Hook;
use crate::load::{Connection, is_taken};
use crate::stage::Stage;

/// Time limit until it listens.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// `parom serve` on the database of a stage whose own server is stopped.
pub struct Process {
    child: Child,
    /// `127.0.0.1:PORT`
    pub address: String,
    begun: Instant,
}

impl Process {
    pub fn start(binary: &Path, stage: &Stage) -> anyhow::Result<Self> {
        let file = stage.folder.join("parom.toml");
        let address = stage.address();
        std::fs::write(&file, stage.config(&address))?;
        let log = std::fs::File::create(stage.folder.join("parom.log"))?;
        let mut command = Command::new(binary);
        command.arg("serve").env("PAROM_CONFIG", file).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        let begun = Instant::now();
        Ok(Self { child: command.spawn().context("the program")?, address, begun })
    }

    /// From the start of the process to the answer of the first hook, which is repeated until it is accepted.
    pub async fn first_accept(&mut self, hook: &Hook) -> anyhow::Result<Duration> {
        loop {
            if let Ok(mut connection) = Connection::open(&self.address).await
                && connection.post(hook).await.is_ok_and(is_taken)
            {
                return Ok(self.begun.elapsed());
            }
            anyhow::ensure!(self.begun.elapsed() < STARTS_WITHIN, "it does not listen");
            let ended = self.child.try_wait()?;
            anyhow::ensure!(ended.is_none(), "it ended: {ended:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Its resident memory in bytes.
    pub fn resident(&self) -> anyhow::Result<u64> {
        let id = self.child.id().context("it has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1024)
    }

    /// Stops it in order.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let id = self.child.id().context("it has ended")?.to_string();
        Command::new("kill").args(["-TERM", &id]).status().await?;
        tokio::time::timeout(STARTS_WITHIN, self.child.wait()).await.context("it does not end")??;
        Ok(())
    }
}
