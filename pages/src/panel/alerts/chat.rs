//! The reader's chat with the vendor's bot: linked by a code that is shown here once.

use base::error::Error;
use connectors::telegram::KIND;
use domain::alert_notices::bot;
use domain::alert_notices::readers::Reader;
use domain::identity::throttle::{self, Limit};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::HERE;
use crate::panel::{Answer, AppData, EmptyForm, Form, Member, Notice, PanelContext};

/// The session key of a code that was not used yet.
const CODE: &str = "alert_chat_code";
/// Codes a minute.
const CODES: Limit = Limit { most: 5, window: 60_000 };

#[derive(Serialize, Deserialize)]
struct ShownCode {
    code: String,
    bot: String,
    until: i64,
}

/// What the page shows of it.
#[derive(Default)]
pub(super) struct ChatView {
    /// The linked chat's name; empty if none is linked.
    pub title: String,
    pub linked: bool,
    /// Key of the text that says why nothing is sent there; empty if all is well.
    pub trouble: String,
    /// The code that waits to be used, the bot it is for, and a link that opens the chat with it.
    pub code: String,
    pub bot: String,
    pub href: String,
    pub until: i64,
}

pub(super) fn view(app: &PanelContext, member: &Member, me: &Reader) -> ChatView {
    let mut view = ChatView::default();
    if let Some(row) = &me.linked {
        view.linked = row.chat_id != 0;
        view.title.clone_from(&row.title);
        view.trouble.clone_from(&row.trouble);
        let shown: Option<ShownCode> = member.data(app, CODE);
        // The row has its code until a chat uses it.
        let waits = shown.filter(|shown| !row.code.is_empty() && shown.until > app.clock.millis());
        if let Some(shown) = waits {
            view.href = KIND.deep_link.map(|link| format!("{}{}", link(&shown.bot), shown.code)).unwrap_or_default();
            (view.code, view.bot, view.until) = (shown.code, shown.bot, shown.until);
        }
    }
    view
}

/// `POST /panel/alerts/chat`: a code that links a chat.
pub(super) async fn ask(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    let person_id = member.own_id()?;
    let name = app.alert_notices.bot.as_ref().ok_or(Error::NotFound)?.name();
    let failed = |key: &'static str| Notice::failed(member.words.text(key));
    if throttle::count(&app.identity, &format!("alert-chat:{person_id}"), CODES).await?.is_err() {
        return member.see_other(&app, HERE, failed("alerts-chat-wait")).await;
    }
    let bot_name = match name.await {
        Ok(name) => name.to_owned(),
        Err(reason) => {
            tracing::error!(reason, "the bot of alerts.telegram_token does not say its name");
            return member.see_other(&app, HERE, failed("alerts-chat-away")).await;
        }
    };
    let tenant_id = member.tenant_id;
    let code = bot::new_code(&app.alert_notices, (tenant_id, person_id), &bot_name).await?;
    let shown = ShownCode { code, bot: bot_name, until: app.clock.millis() + bot::CODE_LIVES.num_milliseconds() };
    member.set_data(&app, CODE, Some(&shown)).await?;
    member.audit(&app, app.store.write(), "alert.chat_asked", &person_id.to_string(), json!({})).await?;
    member.see_other(&app, HERE, Notice::done(member.words.text("alerts-chat-asked"))).await
}

/// `POST /panel/alerts/chat/unlink`
pub(super) async fn unlink(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    let person_id = member.own_id()?;
    if !bot::unlink(app.store.write(), person_id).await? {
        return Err(Error::NotFound);
    }
    member.set_data::<ShownCode>(&app, CODE, None).await?;
    member.audit(&app, app.store.write(), "alert.chat_unlinked", &person_id.to_string(), json!({})).await?;
    member.see_other(&app, HERE, Notice::done(member.words.text("alerts-chat-unlinked"))).await
}
