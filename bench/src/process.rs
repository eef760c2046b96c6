//! The program itself as a separate process.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::hooks::Hook;
use crate::load::{Connection, is_taken};

/// Time limit until it listens.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// `parom serve`, or what it is compared with.
pub struct Process {
    child: Child,
    /// Its standard output, open as long as it may print.
    output: BufReader<ChildStdout>,
    /// `127.0.0.1:PORT`
    pub address: String,
    begun: Instant,
}

impl Process {
    /// Starts it with this configuration, which says that it listens at `address`; its log goes to `folder`.
    pub fn start(binary: &Path, folder: &Path, config: &str, address: &str) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let file = folder.join("parom.toml");
        std::fs::write(&file, config)?;
        let mut command = Command::new(binary);
        command.arg("serve").env("PAROM_CONFIG", file);
        Self::run(command, folder, address).with_context(|| format!("the program {}", binary.display()))
    }

    /// Runs a command that prints `listening` once it listens at `address`; its log goes to `folder`.
    pub fn run(mut command: Command, folder: &Path, address: &str) -> anyhow::Result<Self> {
        let log = std::fs::File::options().create(true).append(true).open(folder.join("parom.log"))?;
        command.stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let begun = Instant::now();
        let mut child = command.spawn()?;
        let output = BufReader::new(child.stdout.take().context("its standard output")?);
        Ok(Self { child, output, address: address.to_owned(), begun })
    }

    /// Waits until it accepts connections.
    pub async fn listens(&mut self) -> anyhow::Result<()> {
        let mut line = String::new();
        tokio::time::timeout(STARTS_WITHIN, self.output.read_line(&mut line)).await.context("it does not listen")??;
        anyhow::ensure!(line.starts_with("listening "), "it does not listen: see parom.log; it printed {line:?}");
        Ok(())
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

    /// Its number.
    pub fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("it has ended")
    }

    /// Its resident memory in bytes.
    pub fn resident(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1024)
    }

    /// Stops it in order.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let id = self.id()?.to_string();
        Command::new("kill").args(["-TERM", &id]).status().await?;
        tokio::time::timeout(STARTS_WITHIN, self.child.wait()).await.context("it does not end")??;
        Ok(())
    }
}
