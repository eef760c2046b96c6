//! An account's data: exported, and erased with a proof.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use base::error::Error;
use base::i18n::{Language, Words};
use entity::tenant;
use parom::app::App;
use parom::tenant::{self as tenants, CustomerExport, Erasure, Export, ExportPages, Who};
use parom::unregister::LineState;
use serde_json::json;
use uuid::Uuid;

use super::{BY, as_error, note};

/// The customer that a command names.
pub(super) fn who(phone: Option<String>, conversation: Option<Uuid>) -> Option<Who> {
    phone.map(Who::Phone).or_else(|| conversation.map(Who::Conversation))
}

pub(super) async fn erase(
    app: &App,
    tenant: &tenant::Model,
    who: &Who,
    dry_run: bool,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if !dry_run {
        let proof = tenants::erase(&app.tenants, tenant.tenant_id, who, BY).await.map_err(not_found)?;
        note(app, tenant.tenant_id, "data.erased", &proof.id.to_string(), json!({})).await?;
        return proved(&proof, json, &format!("The customer is erased at {}", tenant.host), out);
    }
    let found = tenants::erase::find(&app.tenants, tenant.tenant_id, who).await.map_err(as_error)?;
    let (conversations, messages, files) = (found.conversations.len(), found.messages, found.files);
    if json {
        let (all, also_possible) = (&found.conversations, &found.also_possible);
        let found = json!({"conversations": all, "messages": messages, "files": files, "also_possible": also_possible});
        return writeln!(out, "{found}").context("standard output is closed");
    }
    writeln!(out, "{conversations} conversations, {messages} messages, {files} files would be erased.")
        .context("standard output is closed")?;
    possible(&found.also_possible, out)
}

/// Names the conversations that a person has to decide about.
fn possible(conversations: &[Uuid], out: &mut impl Write) -> anyhow::Result<()> {
    if conversations.is_empty() {
        return Ok(());
    }
    let words = "Also possible, not erased (the number is written without its country; use --conversation ID if it is the customer's):";
    writeln!(out, "{words}").context("standard output is closed")?;
    for id in conversations {
        writeln!(out, "  {id}").context("standard output is closed")?;
    }
    Ok(())
}

pub(super) fn proved(proof: &Erasure, json: bool, words: &str, out: &mut impl Write) -> anyhow::Result<()> {
    if json {
        let proof = json!({
            "id": proof.id, "counts": proof.counts, "lines": proof.lines, "also_possible": proof.also_possible,
        });
        return writeln!(out, "{proof}").context("standard output is closed");
    }
    writeln!(out, "{words}. Proof {}:", proof.id).context("standard output is closed")?;
    for (table, rows) in proof.counts.iter().filter(|(_, rows)| **rows > 0) {
        writeln!(out, "  {rows:>8}  {table}").context("standard output is closed")?;
    }
    let words = Words::new(Language::En);
    for (state, said) in [(LineState::Retried, "data-left"), (LineState::GivenUp, "data-left-given-up")] {
        let lines: Vec<_> = proof.lines.iter().filter(|line| line.state == state).collect();
        if !lines.is_empty() {
            writeln!(out, "{}", words.text(said)).context("standard output is closed")?;
        }
        for line in lines {
            let (name, what) = (line.named(words), line.what_to_do(words));
            writeln!(out, "  {name}\n    {what}").context("standard output is closed")?;
        }
    }
    possible(&proof.also_possible, out)
}

pub(super) async fn export(
    app: &Arc<App>,
    tenant: &tenant::Model,
    who: Option<Who>,
    file: Option<&Path>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let tenant_id = tenant.tenant_id;
    let Some(who) = who else {
        let export = Export::begin(&app.tenants, tenant_id).await.map_err(as_error)?;
        note(app, tenant_id, "data.exported", &tenant.host, json!({})).await?;
        return write(export, &tenant.host, file, out).await;
    };
    let export = CustomerExport::begin(&app.tenants, tenant_id, &who).await.map_err(|error| match error {
        Error::NotFound => anyhow::anyhow!("no customer was found: nothing was exported"),
        other => as_error(other),
    })?;
    note(app, tenant_id, "data.exported", &tenant.host, json!({ "customers": 1 })).await?;
    write(export, &tenant.host, file, out).await
}

async fn write(
    mut export: impl ExportPages,
    host: &str,
    file: Option<&Path>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let Some(path) = file else {
        while let Some(page) = export.page().await? {
            out.write_all(&page).context("standard output is closed")?;
        }
        return Ok(());
    };
    // Personal data: readable by the user who ran the command only, whatever the umask.
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut written = made.with_context(|| format!("cannot make the file {}", path.display()))?;
    let mut lines = 0;
    while let Some(page) = export.page().await? {
        lines += page.iter().filter(|byte| **byte == b'\n').count();
        written.write_all(&page).with_context(|| format!("cannot write {}", path.display()))?;
    }
    written.sync_all().with_context(|| format!("cannot write {}", path.display()))?;
    writeln!(out, "{lines} lines of {host} are in {}.", path.display()).context("standard output is closed")
}

fn not_found(error: Error) -> anyhow::Error {
    match error {
        Error::NotFound => anyhow::anyhow!("no customer was found: nothing was erased"),
        other => as_error(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_possible_is_listed() {
        let mut out = Vec::new();
        possible(&[], &mut out).unwrap();
        assert!(out.is_empty());
        possible(&[Uuid::from_u128(7)], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("Also possible, not erased") && text.ends_with("  00000000-0000-0000-0000-000000000007\n")
        );
    }
}
