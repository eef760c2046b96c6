//! The file above a template's text, from amoCRM's files host (crm-api §8), which is reviewed together with the text.

use std::sync::Arc;

use amocrm::Error as CrmError;
use amocrm::rest::{Drive, DriveFile, TemplateAttachment};
use anyhow::Context;
use base::i18n::LocalizedText;
use bytes::Bytes;
use connectors::Denied;
use connectors::template::{TemplateFile, TemplateFileKind};
use uuid::Uuid;

use super::tell::said;
use crate::source::SourceContext;
use crate::tenant::{self, token::with_token};

/// Largest file in bytes; it is held in memory while it is submitted.
const MOST: usize = 16 * 1024 * 1024;

/// The answer of the files host.
enum Found {
    File(DriveFile, Vec<u8>),
    TooLarge,
    Nothing,
}

/// The file of a template. [`Denied::Refused`] if there is none that can be submitted; after other errors it is
/// requested again later.
pub(super) async fn of(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    kind: TemplateFileKind,
    attachment: &TemplateAttachment,
) -> anyhow::Result<Result<TemplateFile, Denied>> {
    let account = tenant::load(app.store.read(), tenant_id).await?.context("the account is gone")?;
    let integration = tenant::integration(&app.tenants, &account)?;
    let http = app.tenants.http.trusted().clone();
    let found = with_token(&app.tenants, tenant_id, |rest, token| {
        let (integration, http) = (integration.clone(), http.clone());
        async move {
            let told = rest.account(&token, &["drive_url"]).await?.drive_url.unwrap_or_default();
            let invalid = |what: String| CrmError::Invalid { call: "drive", what };
            let host = tenant::host_rules(&integration).drive(&told).map_err(|error| invalid(error.to_string()))?;
            let base = tenant::account_base(&integration, &host).map_err(|error| invalid(error.to_string()))?;
            let drive = Drive::new(http, base.as_str())?;
            let Some(file) = drive.file(&token, &attachment.id).await?.filter(|file| !file.is_trashed) else {
                return Ok(Found::Nothing);
            };
            let most = u64::try_from(MOST).unwrap_or(u64::MAX);
            if file.size.is_some_and(|size| size > most) {
                return Ok(Found::TooLarge);
            }
            let bytes = drive.download(&token, &file, MOST).await?;
            Ok(bytes.map_or(Found::Nothing, |bytes| Found::File(file, bytes)))
        }
    });
    Ok(match found.await {
        Ok(Found::File(file, bytes)) => Ok(sample(kind, attachment, file, bytes)),
        Ok(Found::TooLarge) => Err(Denied::Refused(LocalizedText::new("said-template-file-large"))),
        Ok(Found::Nothing) => Err(Denied::Refused(LocalizedText::new("said-template-file-gone"))),
        Err(error) => Err(Denied::Away(said(error))),
    })
}

fn sample(kind: TemplateFileKind, attachment: &TemplateAttachment, file: DriveFile, bytes: Vec<u8>) -> TemplateFile {
    let usual = match kind {
        TemplateFileKind::Picture => "image/jpeg",
        TemplateFileKind::Video => "video/mp4",
        TemplateFileKind::Document => "application/pdf",
    };
    let known = file.mime_type.filter(|kind| !kind.is_empty() && kind != "application/octet-stream");
    let name = if attachment.name.is_empty() { file.name } else { attachment.name.clone() };
    let mime_type = known.unwrap_or_else(|| usual.to_owned());
    TemplateFile { kind, name, mime_type, bytes: Bytes::from(bytes) }
}
