//! Templates at Meta (whatsapp §9): submitted, listed, deleted.
//!
//! ```text
//! markers.rs      amoCRM's markers ─▶ {{1}}, {{2}} …     components.rs   amoCRM's parts ─▶ Meta's components
//! ```

use base::i18n::LocalizedText;
use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::api::{ApiError, GraphApi, Path};
use super::setup::{denied, number, token};
use super::wire::{Id, Many, wire};
use crate::template::{NewTemplate, TemplateCategory, TemplateFile, TemplateHeader, TemplateState, TemplateStatus};
use crate::{Denied, Settings};

pub mod components;
pub mod markers;
#[cfg(test)]
mod tests;

/// The requested fields of templates.
const FIELDS: &str = "id,name,language,status,category,quality_score,rejected_reason";
/// Templates per page, and maximum number of pages: a verified portfolio has up to 6000 (whatsapp §9).
const PAGE: &str = "100";
const PAGES: usize = 100;

wire! {
    TemplateList {
        data: Many<KnownTemplate>,
        paging: Paging,
    }

    Paging {
        next: Id,
        cursors: Cursors,
    }

    Cursors {
        after: Id,
    }

    /// A template as Meta lists it.
    KnownTemplate {
        id: Id,
        name: Id,
        language: Id,
        status: Id,
        category: Id,
        quality_score: Quality,
        rejected_reason: Id,
    }

    Quality {
        score: Id,
    }

    /// The answer to a submission.
    Submitted {
        id: Id,
        status: Id,
        category: Id,
    }

    /// An upload's session, and its result.
    Session {
        id: Id,
        h: Id,
    }
}

/// Meta's name of a status as ours; none for an unknown one.
pub(super) fn status(word: &str) -> Option<TemplateStatus> {
    Some(match word {
        "APPROVED" | "REINSTATED" | "UNARCHIVED" => TemplateStatus::Approved,
        "PENDING" | "IN_APPEAL" | "PENDING_DELETION" => TemplateStatus::InReview,
        "REJECTED" | "LIMIT_EXCEEDED" => TemplateStatus::Rejected,
        "PAUSED" => TemplateStatus::Paused,
        "DISABLED" | "ARCHIVED" | "LOCKED" => TemplateStatus::Disabled,
        "DELETED" => TemplateStatus::Deleted,
        _ => return None,
    })
}

/// Meta's name of a category as ours.
pub(super) fn category(word: &str) -> Option<TemplateCategory> {
    Some(match word {
        "UTILITY" => TemplateCategory::Utility,
        "MARKETING" => TemplateCategory::Marketing,
        "AUTHENTICATION" => TemplateCategory::Authentication,
        _ => return None,
    })
}

/// Submits a template. If Meta already has one of this name and language, its state is returned; a rejected or paused
/// one is submitted again in its current form.
pub(super) async fn submit(
    api: &GraphApi,
    settings: &Settings,
    template: &NewTemplate,
) -> Result<TemplateState, Denied> {
    let (token, waba) = (token(settings)?, number(settings)?.waba_id);
    let name = markers::name(&template.name);
    let file = match &template.header {
        Some(TemplateHeader::File(file)) => Some(sample(api, settings, file).await?),
        _ => None,
    };
    let components = components::components(template, file.as_deref());
    let body = json!({
        "name": name,
        "language": template.language,
        "category": template.category.word(),
        "parameter_format": "POSITIONAL",
        "components": components,
    });
    let made: Result<Submitted, ApiError> = api.post(token, Path(&[waba, "message_templates"], &[]), &body).await;
    let failed = match made {
        Ok(made) => return Ok(state_of(&made, name, template)),
        Err(failed) => failed,
    };
    let refused = denied(&failed);
    if failed.refused().is_none() || !matches!(refused, Denied::Refused(_)) {
        return Err(refused);
    }
    // It may have been submitted before and only the answer was lost.
    let all = list(api, settings, Some(&name)).await?;
    let known = all
        .into_iter()
        .find(|one| one.name.as_ref() == Some(&name) && one.language.as_ref() == Some(&template.language));
    let known = known.ok_or(refused)?;
    if matches!(known.status, Some(TemplateStatus::Rejected | TemplateStatus::Paused)) {
        let done: Result<IgnoredAny, ApiError> =
            api.post(token, Path(&[&known.id], &[]), &json!({ "components": components })).await;
        done.map_err(|failed| denied(&failed))?;
        return Ok(TemplateState { status: Some(TemplateStatus::InReview), reason: None, ..known });
    }
    Ok(known)
}

fn state_of(made: &Submitted, name: String, template: &NewTemplate) -> TemplateState {
    TemplateState {
        id: made.id.0.clone(),
        name: Some(name),
        language: Some(template.language.clone()),
        status: status(&made.status).or(Some(TemplateStatus::InReview)),
        reason: None,
        category: category(&made.category),
        quality: None,
    }
}

/// Uploads the sample file of a header; returns its handle.
async fn sample(api: &GraphApi, settings: &Settings, file: &TemplateFile) -> Result<String, Denied> {
    let token = token(settings)?;
    let length = file.bytes.len().to_string();
    let query = [("file_name", file.name.as_str()), ("file_length", &length), ("file_type", &file.mime_type)];
    let begun: Result<Session, ApiError> = api.post(token, Path(&["app", "uploads"], &query), &Value::Null).await;
    let session = begun.map_err(|failed| denied(&failed))?.id;
    let bytes = Bytes::clone(&file.bytes);
    let done: Result<Session, ApiError> = api.upload_bytes(token, &session, bytes).await;
    let handle = done.map_err(|failed| denied(&failed))?.h;
    handle.some().map(str::to_owned).ok_or_else(|| Denied::Away(LocalizedText::new("said-wa-file")))
}

/// All templates of the account, or those of one name.
pub(super) async fn list(
    api: &GraphApi,
    settings: &Settings,
    name: Option<&str>,
) -> Result<Vec<TemplateState>, Denied> {
    let (token, waba) = (token(settings)?, number(settings)?.waba_id);
    let (mut all, mut after) = (Vec::new(), String::new());
    for _ in 0..PAGES {
        let mut query = vec![("fields", FIELDS), ("limit", PAGE)];
        query.extend(name.map(|name| ("name", name)));
        query.extend(Some(("after", after.as_str())).filter(|(_, after)| !after.is_empty()));
        let page: Result<TemplateList, ApiError> = api.get(token, Path(&[waba, "message_templates"], &query)).await;
        let page = page.map_err(|failed| denied(&failed))?;
        all.extend(page.data.iter().map(known));
        let next = page.paging.cursors.after.some().filter(|next| page.paging.next.some().is_some() && *next != after);
        let Some(next) = next.map(str::to_owned) else { break };
        after = next;
    }
    Ok(all)
}

fn known(template: &KnownTemplate) -> TemplateState {
    TemplateState {
        id: template.id.0.clone(),
        name: template.name.some().map(str::to_owned),
        language: template.language.some().map(str::to_owned),
        status: status(&template.status),
        reason: template.rejected_reason.some().filter(|reason| *reason != "NONE").map(str::to_owned),
        category: category(&template.category),
        quality: template.quality_score.score.some().map(str::to_owned),
    }
}

/// Deletes one language of a template; without an id, all languages of this name.
pub(super) async fn delete(api: &GraphApi, settings: &Settings, name: &str, id: &str) -> Result<(), Denied> {
    let (token, waba) = (token(settings)?, number(settings)?.waba_id);
    let name = markers::name(name);
    let mut query = vec![("name", name.as_str())];
    query.extend(Some(("hsm_id", id)).filter(|(_, id)| !id.is_empty()));
    let done: Result<IgnoredAny, ApiError> = api.delete(token, Path(&[waba, "message_templates"], &query)).await;
    let Err(failed) = done else { return Ok(()) };
    let refused = denied(&failed);
    if !matches!(refused, Denied::Refused(_)) {
        return Err(refused);
    }
    // Meta has no code for "it does not exist".
    let all = list(api, settings, Some(&name)).await?;
    let is_there = all.iter().any(|one| one.name.as_deref() == Some(&*name) && (id.is_empty() || one.id == id));
    if is_there { Err(refused) } else { Ok(()) }
}
