//! `link`: Meta itself downloads the file, after it has accepted the message.

use std::sync::Arc;

use bytes::Bytes;

use super::content::{self, Linked};
use crate::whatsapp::core::Core;

/// Downloads a message's file and then continues with the message, or reports 131053.
pub(super) fn load(core: &Arc<Core>, phone: String, id: String, linked: Linked) {
    core.change(|state| state.loading += 1);
    let core = Arc::clone(core);
    tokio::spawn(async move {
        let loaded = fetch(&core, &linked).await;
        core.change(|state| {
            state.loading -= 1;
            match loaded {
                Ok(file) => {
                    let media = state.keep(&phone, false, file);
                    if let Some(message) = state.message_mut(&phone, &id) {
                        message.media = Some(media);
                    }
                    state.sent_out(&phone, &id);
                }
                Err(details) => state.report_failure(&phone, &id, 131_053, Some(&details)),
            }
        });
    });
}

async fn fetch(core: &Core, linked: &Linked) -> Result<(Bytes, Option<String>, String), String> {
    let failed = || format!("Downloading media from weblink failed. url: {}", linked.link);
    let answer = core.client.get(&linked.link).send().await.map_err(|_| failed())?;
    let status = answer.status();
    if !status.is_success() {
        return Err(format!("Downloading media from weblink failed with http code {}", status.as_u16()));
    }
    let kind = answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mime = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let bytes = answer.bytes().await.map_err(|_| failed())?;
    content::fits(&linked.kind, &mime, bytes.len())?;
    Ok((bytes, linked.name.clone(), mime))
}
