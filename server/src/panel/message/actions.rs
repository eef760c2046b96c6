//! Actions on a message: try now, send again, stop trying. Each reports exactly what it did.

use actix_web::web;
use base::error::Result;
use entity::audit;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::find;
use crate::delivery::dead;
use crate::delivery::manual::{self as hand, ManualOutcome};
use crate::delivery::read::first_id_at;
use crate::delivery::read::story::Story;
use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, Right, Tone};

const SENT_AGAIN: &str = "message.sent_again";
const TRIED_NOW: &str = "message.tried_now";
const GIVEN_UP: &str = "message.given_up";

/// A manual attempt.
#[derive(Clone, Debug)]
pub struct ByHand {
    pub at: i64,
    pub name: String,
}

/// Manual attempts for this message, oldest first.
pub async fn by_hand(app: &PanelContext, story: &Story) -> Result<Vec<ByHand>> {
    let rows = audit::Entity::of_tenant(story.message.tenant_id)
        .filter(audit::Column::Id.gte(first_id_at(story.message.accepted_at)))
        .filter(audit::Column::Object.eq(story.message.id.to_string()))
        .filter(audit::Column::Action.is_in([SENT_AGAIN, TRIED_NOW]))
        .order_by_asc(audit::Column::Id)
        .all(app.store.read())
        .await?;
    Ok(rows.into_iter().map(|row| ByHand { at: row.at, name: row.actor_name }).collect())
}

/// `GET /panel/messages/{id}/again`: asks for confirmation, because the customer may get the message twice.
pub async fn ask_resend(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let story = find(&app, &member, Right::Retry, &id).await?;
    let page = member.page("msg-send-again", Nav::Messages);
    let path = format!("/panel/messages/{}", story.message.id);
    let key = if story.may_repeat() { "msg-send-again-confirm" } else { "msg-send-again-once" };
    let confirm = ConfirmPage {
        sentence: page.words.text(key),
        action: format!("{path}/again"),
        button: page.words.text("msg-send-again"),
        danger: false,
        back: path,
        page,
    };
    confirm.ask()
}

/// `POST /panel/messages/{id}/again`: moves a dead letter to the end of its lane, keeping its id.
pub async fn resend(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let story = find(&app, &member, Right::Retry, &id).await?;
    let revived = match story.dead_message() {
        Some(dead) => dead::retry(&app.delivery, story.message.tenant_id, dead.id).await?,
        None => hand::try_now(&app.delivery, &story).await? == ManualOutcome::Done,
    };
    if !revived {
        return back_with(&app, &member, &story, Notice::of(Tone::Warn, member.words.text("msg-too-late"))).await;
    }
    note(&app, &member, &story, SENT_AGAIN).await?;
    back_with(&app, &member, &story, Notice::done(member.words.text("msg-sent-again"))).await
}

/// `POST /panel/messages/{id}/now`: ends the wait for the next try.
pub async fn now(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let story = find(&app, &member, Right::Retry, &id).await?;
    let wish = hand::try_now(&app.delivery, &story).await?;
    if wish == ManualOutcome::Done {
        note(&app, &member, &story, TRIED_NOW).await?;
    }
    let notice = notice(&member, wish, "msg-tried-now");
    back_with(&app, &member, &story, notice).await
}

/// `GET /panel/messages/{id}/stop`.
pub async fn ask_stop(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let story = find(&app, &member, Right::Retry, &id).await?;
    let page = member.page("msg-drop", Nav::Messages);
    let path = format!("/panel/messages/{}", story.message.id);
    let manager = story.body.sender.name.clone().unwrap_or_else(|| page.words.text("msg-manager").to_string());
    let key = match story.direction {
        base::message::Direction::ToMessenger => "msg-drop-confirm",
        base::message::Direction::ToCrm => "msg-drop-confirm-in",
    };
    let confirm = ConfirmPage {
        sentence: page.words.text(key).with("manager", manager).with("crm", page.crm),
        action: format!("{path}/stop"),
        button: page.words.text("msg-drop"),
        danger: true,
        back: path,
        page,
    };
    confirm.ask()
}

/// `POST /panel/messages/{id}/stop`: fails the message now; it is then listed as undelivered.
pub async fn stop(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let story = find(&app, &member, Right::Retry, &id).await?;
    let wish = hand::give_up(&app.delivery, &story, &member.name).await?;
    if wish == ManualOutcome::Done {
        note(&app, &member, &story, GIVEN_UP).await?;
    }
    let notice = notice(&member, wish, "msg-dropped");
    back_with(&app, &member, &story, notice).await
}

fn notice(member: &Member, wish: ManualOutcome, done: &'static str) -> Notice {
    match wish {
        ManualOutcome::Done => Notice::done(member.words.text(done)),
        ManualOutcome::TooLate => Notice::of(Tone::Warn, member.words.text("msg-too-late")),
        ManualOutcome::OnItsWay => Notice::of(Tone::Warn, member.words.text("msg-on-its-way")),
    }
}

async fn note(app: &PanelContext, member: &Member, story: &Story, action: &'static str) -> Result<()> {
    let detail = json!({ "conversation_id": story.message.conversation_id });
    Ok(member.audit(app, app.store.write(), action, &story.message.id.to_string(), detail).await?)
}

async fn back_with(app: &PanelContext, member: &Member, story: &Story, notice: Notice) -> Answer {
    member.see_other(app, &format!("/panel/messages/{}", story.message.id), notice).await
}
