//! Import of the messenger's own history, for kinds that provide it: a button and the progress.

use actix_web::web;
use base::error::{Error, Result};
use base::i18n::Sentence;
use entity::source;

use super::find;
use crate::import as imports;
use crate::panel::PanelContext;
use crate::panel::import as import_pages;
use crate::panel::to;
use crate::panel::{Answer, AppData, EmptyForm, Form, Member, Notice, PageContext, Right};

/// What the page of a source and the wizard's last step show.
pub(in crate::panel) struct HistoryView {
    pub about: Sentence,
    /// The target of the button; none while an import is in progress.
    pub begin: Option<String>,
    pub button: Sentence,
    pub last: Option<LastImport>,
}

/// The latest import of this history.
pub(in crate::panel) struct LastImport {
    pub href: String,
    pub badge: String,
    pub said: Sentence,
}

/// None if the messenger provides no history, or this person may not import.
pub(in crate::panel) async fn view(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    source: &source::Model,
) -> Result<Option<HistoryView>> {
    if !member.may(Right::Import) || !imports::has_history(&app.usage, source) {
        return Ok(None);
    }
    let words = page.words;
    let last = imports::latest_history(&app.usage, source).await?;
    let under_way = last.as_ref().is_some_and(imports::is_under_way);
    let button = if last.is_some() { "import-history-again" } else { "import-history-begin" };
    let messenger = words.text_of("connector-", &source.kind).to_string();
    Ok(Some(HistoryView {
        about: words.text("import-history-about").with("messenger", messenger).with("days", imports::HISTORY_DAYS),
        begin: (!under_way).then(|| format!("/panel/sources/{}/history", source.id)),
        button: words.text(button).with("days", imports::HISTORY_DAYS),
        last: last.map(|row| LastImport {
            href: format!("/panel/import/{}", row.id),
            badge: import_pages::badge(page, &row),
            said: import_pages::progress(app, page, &row, &source.kind),
        }),
    }))
}

/// `POST /panel/sources/{id}/history`: starts the import, or redirects to the one in progress.
pub async fn bring(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let source = find(&app, &member, Right::Import, &id).await?;
    match imports::begin_history(&app.usage, &source, &member.by()).await {
        Ok(row) => Ok(to(&format!("/panel/import/{}", row.id))),
        Err(error @ Error::TooMany { .. }) => {
            let said = error.first_text().in_words(member.words, member.crm());
            let said = member.words.text("said-quoted").with("text", said);
            member.see_other(&app, &format!("/panel/sources/{}", source.id), Notice::failed(said)).await
        }
        Err(error) => Err(error),
    }
}
