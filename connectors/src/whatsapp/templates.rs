//! Templates at Meta (whatsapp §9): amoCRM's parts and markers as Meta's components; submitted, listed, deleted.

use base::i18n::LocalizedText;
use base::message::Button;
use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::api::{GraphApi, Path};
use super::setup::{denied, number, token};
use super::wire::{Id, Many, Paging, wire};
use crate::call::ApiError;
use crate::template::{
    ListedTemplate, Markers, NewTemplate, RegisteredHeader, TemplateCategory, TemplateFile, TemplateFileKind,
    TemplateHeader, TemplateState, TemplateStatus,
};
use crate::{Denied, Settings};

/// The requested fields of templates.
const FIELDS: &str = "id,name,language,status,category,quality_score,rejected_reason,components";
/// Templates per page, and maximum number of pages: a verified portfolio has up to 6000 (whatsapp §9).
const PAGE: &str = "100";
const PAGES: usize = 100;

wire! {
    TemplateList {
        data: Many<KnownTemplate>,
        paging: Paging,
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
        components: Many<Component>,
    }

    /// A part of a template.
    Component {
        r#type: Id,
        format: Id,
        text: Id,
        buttons: Many<ListedButton>,
    }

    ListedButton {
        text: Id,
        url: Id,
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

/// Submits a template. If Meta already has one of this name and language, its state is returned, unless its text
/// differs; a rejected or paused one is submitted again in its current form.
pub(super) async fn submit(
    api: &GraphApi,
    settings: &Settings,
    template: &NewTemplate,
) -> Result<TemplateState, Denied> {
    let (token, waba) = (token(settings)?, number(settings)?.waba_id);
    let name = template_name(&template.name);
    let file = match &template.header {
        Some(TemplateHeader::File(file)) => Some(sample(api, settings, file).await?),
        _ => None,
    };
    let components = components(template, file.as_deref());
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
    if failed.refusal().is_none() || !matches!(refused, Denied::Refused(_)) {
        return Err(refused);
    }
    // It may have been submitted before and only the answer was lost.
    let all = pages(api, settings, Some(&name)).await?;
    let mut same_name = all.iter().filter(|one| *one.name == *name && *one.language == *template.language);
    let found = same_name.next().ok_or(refused)?;
    let known = known(found);
    if matches!(known.status, Some(TemplateStatus::Rejected | TemplateStatus::Paused)) {
        let done: Result<IgnoredAny, ApiError> =
            api.post(token, Path(&[&known.id], &[]), &json!({ "components": components })).await;
        done.map_err(|failed| denied(&failed))?;
        return Ok(TemplateState { status: Some(TemplateStatus::InReview), reason: None, ..known });
    }
    // Messages made from this one would be refused, or contain a text that is not in the template.
    if !has_text_of(found, &components) {
        return Err(Denied::Refused(LocalizedText::new("said-wa-template-other").with("name", name)));
    }
    Ok(known)
}

/// Whether Meta's template has the same header and text. Without any components in Meta's answer it counts as the same.
fn has_text_of(known: &KnownTemplate, components: &[Value]) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let there = |kind: &str| {
        let part = known.components.iter().find(|part| part.r#type.eq_ignore_ascii_case(kind))?;
        Some((part.format.to_ascii_uppercase(), words(&part.text)))
    };
    let here = |kind: &str| {
        let part = components.iter().find(|part| part["type"] == kind)?;
        let text = |name: &str| part[name].as_str().unwrap_or_default();
        Some((text("format").to_owned(), words(text("text"))))
    };
    known.components.is_empty() || ["HEADER", "BODY"].iter().all(|kind| there(kind) == here(kind))
}

fn state_of(made: &Submitted, name: String, template: &NewTemplate) -> TemplateState {
    TemplateState {
        id: made.id.0.clone(),
        name: Some(name),
        language: Some(template.language.clone()),
        status: status(&made.status).or(Some(TemplateStatus::InReview)),
        category: category(&made.category),
        ..TemplateState::default()
    }
}

/// Uploads the sample file of a header; returns its handle.
async fn sample(api: &GraphApi, settings: &Settings, file: &TemplateFile) -> Result<String, Denied> {
    let token = token(settings)?;
    let length = file.bytes.len().to_string();
    let query = [("file_name", file.name.as_str()), ("file_length", &length), ("file_type", &file.mime_type)];
    let begun: Result<Session, ApiError> = api.post(token, Path(&["app", "uploads"], &query), &json!({})).await;
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
) -> Result<Vec<ListedTemplate>, Denied> {
    Ok(pages(api, settings, name).await?.iter().map(listed).collect())
}

/// The same in Meta's form.
async fn pages(api: &GraphApi, settings: &Settings, name: Option<&str>) -> Result<Vec<KnownTemplate>, Denied> {
    let (token, waba) = (token(settings)?, number(settings)?.waba_id);
    let (mut all, mut after) = (Vec::new(), String::new());
    for _ in 0..PAGES {
        let mut query = vec![("fields", FIELDS), ("limit", PAGE)];
        query.extend(name.map(|name| ("name", name)));
        query.extend(Some(("after", after.as_str())).filter(|(_, after)| !after.is_empty()));
        let page: Result<TemplateList, ApiError> = api.get(token, Path(&[waba, "message_templates"], &query)).await;
        let page = page.map_err(|failed| denied(&failed))?;
        let next = page.paging.after().filter(|next| *next != after);
        all.extend(page.data.0);
        let Some(next) = next else { break };
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

fn listed(template: &KnownTemplate) -> ListedTemplate {
    let part = |kind: &str| template.components.iter().find(|part| part.r#type.eq_ignore_ascii_case(kind));
    let text = |kind: &str| part(kind).map(|part| part.text.0.clone()).filter(|text| !text.is_empty());
    let button =
        |button: &ListedButton| Button { text: button.text.0.clone(), url: button.url.some().map(str::to_owned) };
    let header = match part("HEADER").map(|part| part.format.to_ascii_uppercase()).as_deref() {
        Some("IMAGE") => RegisteredHeader::File(TemplateFileKind::Picture),
        Some("VIDEO") => RegisteredHeader::File(TemplateFileKind::Video),
        Some("DOCUMENT") => RegisteredHeader::File(TemplateFileKind::Document),
        _ => text("HEADER").map_or(RegisteredHeader::None, RegisteredHeader::Text),
    };
    ListedTemplate {
        state: known(template),
        content: text("BODY").unwrap_or_default(),
        header,
        footer: text("FOOTER"),
        buttons: part("BUTTONS").map(|part| part.buttons.iter().map(button).collect()).unwrap_or_default(),
    }
}

/// Deletes one language of a template; without an id, all languages of this name.
pub(super) async fn delete(api: &GraphApi, settings: &Settings, name: &str, id: &str) -> Result<(), Denied> {
    let (token, waba) = (token(settings)?, number(settings)?.waba_id);
    let name = template_name(name);
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
    let is_it = |one: &TemplateState| one.name.as_deref() == Some(&*name) && (id.is_empty() || one.id == id);
    let is_there = all.iter().any(|one| is_it(&one.state));
    if is_there { Err(refused) } else { Ok(()) }
}

// Converts a template of amoCRM to Meta's components (whatsapp §9).

/// The components of a template. `file`: the handle of its header's sample file.
pub(super) fn components(template: &NewTemplate, file: Option<&str>) -> Vec<Value> {
    let mut components = Vec::new();
    components.extend(header(template, file));
    let markers = Markers::of(&template.content);
    let mut body = json!({ "type": "BODY", "text": markers.numbered(&template.content) });
    let examples = examples(template, &markers);
    if !examples.is_empty() {
        body["example"] = json!({ "body_text": [examples] });
    }
    components.push(body);
    let footer = template.footer.as_deref().map(str::trim).filter(|footer| !footer.is_empty());
    components.extend(footer.map(|footer| json!({ "type": "FOOTER", "text": footer })));
    let buttons: Vec<Value> = in_metas_order(&template.buttons).into_iter().map(|one| button(template, one)).collect();
    if !buttons.is_empty() {
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    components
}

fn header(template: &NewTemplate, file: Option<&str>) -> Option<Value> {
    match template.header.as_ref()? {
        TemplateHeader::Text(text) if text.trim().is_empty() => None,
        TemplateHeader::Text(text) => {
            let markers = Markers::of(text);
            let mut header = json!({ "type": "HEADER", "format": "TEXT", "text": markers.numbered(text) });
            let examples = examples(template, &markers);
            if !examples.is_empty() {
                header["example"] = json!({ "header_text": examples });
            }
            Some(header)
        }
        TemplateHeader::File(sample) => {
            let format = match sample.kind {
                TemplateFileKind::Picture => "IMAGE",
                TemplateFileKind::Video => "VIDEO",
                TemplateFileKind::Document => "DOCUMENT",
            };
            let handle = json!({ "header_handle": [file.unwrap_or_default()] });
            Some(json!({ "type": "HEADER", "format": format, "example": handle }))
        }
    }
}

/// The buttons in Meta's order: quick replies must be adjacent, so they come first.
pub fn in_metas_order(buttons: &[Button]) -> Vec<&Button> {
    let is_link = |button: &&&Button| button.url.as_deref().is_some_and(|url| !url.is_empty());
    let named: Vec<&Button> = buttons.iter().filter(|button| !button.text.trim().is_empty()).collect();
    let (links, replies): (Vec<&Button>, Vec<&Button>) = named.iter().partition(is_link);
    replies.into_iter().chain(links).collect()
}

fn button(template: &NewTemplate, button: &Button) -> Value {
    let Some(url) = button.url.as_deref().filter(|url| !url.is_empty()) else {
        return json!({ "type": "QUICK_REPLY", "text": button.text });
    };
    let markers = Markers::of(url);
    let mut object = json!({ "type": "URL", "text": button.text, "url": markers.numbered(url) });
    if let Some(marker) = markers.iter().next() {
        // The example must be the complete address.
        object["example"] = json!([url.replace(marker, &example(template, marker))]);
    }
    object
}

fn examples(template: &NewTemplate, markers: &Markers) -> Vec<String> {
    markers.iter().map(|marker| example(template, marker)).collect()
}

/// The sample for a marker; without one the marker's own name, because Meta refuses a variable without an example.
fn example(template: &NewTemplate, marker: &str) -> String {
    let given = template.examples.iter().find(|(known, _)| known == marker);
    let given = given.map(|(_, value)| one_line(value)).filter(|value| !value.is_empty());
    given.unwrap_or_else(|| marker.trim_matches(['{', '}', ' ']).to_owned())
}

/// The longest name of a template.
const NAME: usize = 512;

/// A value as Meta accepts it: lines joined by `; `, and no runs of spaces.
pub fn one_line(value: &str) -> String {
    let lines = value.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

/// A template's name at Meta: lower-case letters, digits and underscores. If a character had to be replaced, a digest
/// of the original name is added, so that different names stay different.
pub fn template_name(given: &str) -> String {
    let plain: String = given
        .trim()
        .chars()
        .map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '_' })
        .take(NAME)
        .collect();
    if plain == given {
        return plain;
    }
    let digest = hex::encode(&Sha256::digest(given.trim())[..4]);
    let kept: String = plain.trim_matches('_').chars().take(NAME - digest.len() - 1).collect();
    if kept.is_empty() { format!("template_{digest}") } else { format!("{kept}_{digest}") }
}

#[cfg(test)]
mod tests;
