//! Leaves the wizard before anything is created.

use super::draft::SourceDraft;
use crate::panel::{self, Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Right};

/// `GET /panel/sources/new/leave`.
pub async fn ask(app: AppData, member: Member) -> Answer {
    member.require(Right::EditSources)?;
    let draft = SourceDraft::read(&app, &member).filter(|draft| draft.created.is_none());
    let Some(draft) = draft else { return Ok(panel::to("/panel/sources")) };
    let page = member.page("wizard-leave-title", Nav::Sources);
    let confirm = ConfirmPage {
        sentence: page.words.text("wizard-leave"),
        action: "/panel/sources/new/leave".to_owned(),
        button: page.words.text("wizard-leave-button"),
        danger: false,
        back: super::address(&draft.kind, "access"),
        page,
    };
    confirm.ask()
}

/// `POST /panel/sources/new/leave`.
pub async fn leave(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::EditSources)?;
    SourceDraft::forget(&app, &member).await?;
    Ok(panel::to("/panel/sources"))
}
