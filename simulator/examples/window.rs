//! Starts a sandbox with an account and messages of every kind, prints its address and waits for Ctrl+C.
//! `cargo run -p parom-simulator --example window`, with a widget: `… --example window -- widget.zip CODE`

use std::io::Write;

use anyhow::Result;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use simulator::crm::{
    Attachment, Button, ChannelConfig, Fault, HookForm, HookMessage, IntegrationConfig, ListMessage, ListRow, Part,
    Sandbox, SandboxConfig, Section, WidgetArchive, WidgetConfig, system_clock,
};

const HOST: &str = "acme.amocrm.ru";
const CHANNEL: &str = "344a5002-f8ca-454d-af3d-396180102ac7";
const SECRET: &str = "sample-channel-secret";
const BOT: &str = "e1f2a3b4-c5d6-47e8-99fa-0b1c2d3e4f50";

#[expect(clippy::disallowed_methods, reason = "an example calls from outside, as a stranger would")]
async fn call(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Result<u16> {
    let body = body.to_string();
    let path = format!("/v2/origin/custom/{path}");
    let md5 = hex::encode(Md5::digest(body.as_bytes()));
    let date = system_clock()().to_rfc2822();
    let text = [method, &md5, "application/json", &date, &path].join("\n");
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(SECRET.as_bytes())?;
    mac.update(text.as_bytes());
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()?
        .request(method.parse()?, format!("{}{path}", sandbox.url()))
        .header("Date", &date)
        .header("Content-Type", "application/json")
        .header("Content-MD5", &md5)
        .header("X-Signature", hex::encode(mac.finalize().into_bytes()))
        .body(body)
        .send()
        .await?;
    Ok(answer.status().as_u16())
}

#[tokio::main]
async fn main() -> Result<()> {
    let _already = rustls::crypto::ring::default_provider().install_default();
    let mut arguments = std::env::args().skip(1);
    let widget = arguments.next().map(|zip| WidgetConfig {
        integration: "Parom".to_owned(),
        code: arguments.next().unwrap_or_else(|| "parom".to_owned()),
        archive: WidgetArchive::Path(zip.into()),
    });
    let sandbox = Sandbox::start(SandboxConfig {
        listen: "127.0.0.1:9100".to_owned(),
        parom_url: "http://127.0.0.1:8080".to_owned(),
        integrations: vec![IntegrationConfig {
            name: "Parom".to_owned(),
            client_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            client_secret: "sample-client-secret".to_owned(),
            redirect_uri: "http://127.0.0.1:8080/oauth/callback".to_owned(),
            channels: vec![ChannelConfig {
                id: CHANNEL.to_owned(),
                code: "amo.ext.30490163".to_owned(),
                secret: SECRET.to_owned(),
                title: "Parom".to_owned(),
                bot: Some((BOT.to_owned(), "Parom".to_owned())),
            }],
        }],
        widgets: widget.into_iter().collect(),
        now: system_clock(),
    })
    .await?;
    let account = sandbox.add_account(HOST);
    sandbox.set_customer_page(HOST, "http://127.0.0.1:8080/chat/sample");
    let scope = format!("{CHANNEL}_{}", account.amojo_id);
    let connect = json!({"account_id": account.amojo_id, "title": "Parom", "hook_api_version": "v2"});
    call(&sandbox, "POST", &format!("{CHANNEL}/connect"), &connect).await?;
    customers(&sandbox, &scope).await?;
    let chat = sandbox.chats(HOST).first().map(|chat| chat.id.clone()).unwrap_or_default();
    managers(&sandbox, &scope, &chat).await?;
    let typing = json!({"conversation_id": "conv-1", "sender": {"id": "user-1"}, "duration_ms": 600_000});
    call(&sandbox, "POST", &format!("{scope}/typing"), &typing).await?;
    call(&sandbox, "POST", &scope, &json!({"event_type": "new_message"})).await?;
    sandbox.faults().until_cleared(Part::Typing, Fault::Html200);
    let mut out = std::io::stdout();
    writeln!(out, "listening {}/accounts/{HOST}/?chat={chat}", sandbox.url())?;
    out.flush()?;
    tokio::signal::ctrl_c().await?;
    sandbox.stop().await;
    Ok(())
}

/// Messages of every kind from outside.
async fn customers(sandbox: &Sandbox, scope: &str) -> Result<()> {
    let now = system_clock()().timestamp_millis();
    let file = |kind: &str, caption: &str| {
        let link = sandbox.link_to(&Attachment::sample(kind));
        let name = link.rsplit('/').next().unwrap_or_default();
        json!({"message": {"type": kind, "text": caption, "media": link, "file_name": name, "file_size": 4096, "media_duration": 3}})
    };
    let text = |text: &str| json!({"message": {"type": "text", "text": text}});
    let mut all = vec![
        text("Здравствуйте! Есть ли синий диван в наличии?\nИ сколько стоит доставка до Химок?"),
        file("picture", "Вот такой"),
        file("voice", ""),
        file("video", ""),
        file("audio", ""),
        file("file", "Смета от дизайнера"),
        file("sticker", ""),
        json!({"message": {"type": "location", "location": {"lon": 37.6173, "lat": 55.7558}}}),
        json!({"message": {"type": "contact", "contact": {"name": "Иван, муж", "phone": "+79990003344"}}}),
        json!({"message": {"type": "text", "text": "А такой?", "shared_post": {"url": "https://social.test/p/1", "type": "post", "site_name": "Social"}}}),
        json!({"message": {"type": "text", "text": "Сколько стоит?", "post": {"id": "post-900", "url": "https://social.test/p/900", "username": "acme", "caption": "Новая коллекция"}}}),
        json!({"message": {"type": "text", "text": "Вопрос снят"}, "reply_to": {"message": {"msgid": "m-0"}}}),
        json!({"message": {"type": "text", "text": ""}, "forwards": {"messages": [{"msgid": "m-1"}], "conversation_id": "conv-1"}}),
    ];
    // Older than what the lead's card shows.
    let mut old = text("Мы переписывались в прошлом году");
    old["old"] = json!(true);
    all.insert(0, old);
    for (at, fields) in (0_i64..).zip(&all) {
        let when = if fields.get("old").is_some() { now - 3 * 86_400_000 } else { now + at };
        let mut payload = json!({"timestamp": when / 1000, "msec_timestamp": when, "msgid": format!("m-{}", at - 1),
            "conversation_id": "conv-1", "sender": {"id": "user-1", "name": "Анна Вишневская", "profile": {"phone": "+79151112233"}},
            "source": {"external_id": "sales"}, "silent": false});
        for key in ["message", "reply_to", "forwards"] {
            payload[key] = fields[key].clone();
        }
        call(sandbox, "POST", scope, &json!({"event_type": "new_message", "payload": payload})).await?;
    }
    let edit = json!({"timestamp": 1, "msec_timestamp": 1000, "msgid": "m-10", "conversation_id": "conv-1", "message": {"type": "text", "text": "Удалено клиентом"}});
    call(sandbox, "POST", scope, &json!({"event_type": "edit_message", "payload": edit})).await?;
    let react =
        json!({"conversation_id": "conv-1", "msgid": "m-1", "user": {"id": "user-1"}, "type": "react", "emoji": "❤️"});
    call(sandbox, "POST", &format!("{scope}/react"), &react).await?;
    let bot = json!({"timestamp": now / 1000, "msec_timestamp": now, "msgid": "b-1", "conversation_id": "conv-1",
        "sender": {"id": "bot", "name": "Parom", "ref_id": BOT}, "receiver": {"id": "user-1", "name": "Анна Вишневская"},
        "message": {"type": "text", "text": "Работаем с 9 до 18"}, "silent": true});
    call(sandbox, "POST", scope, &json!({"event_type": "new_message", "payload": bot})).await?;
    for (who, name, words) in [
        ("2", "Pete <script>", "Hello & goodbye"),
        (
            "3",
            "Константин Константинопольский-Заморский",
            "https://www.example.com/a/very/long/address/without/any/place/to/break/it/0123456789012345678901234567890123456789",
        ),
    ] {
        let payload = json!({"timestamp": now / 1000, "msec_timestamp": now, "msgid": format!("n-{who}"),
            "conversation_id": format!("conv-{who}"), "sender": {"id": format!("user-{who}"), "name": name},
            "message": {"type": "text", "text": words}, "silent": false});
        call(sandbox, "POST", scope, &json!({"event_type": "new_message", "payload": payload})).await?;
    }
    Ok(())
}

/// Messages of every kind from the account, with every status.
async fn managers(sandbox: &Sandbox, scope: &str, chat: &str) -> Result<()> {
    let first = sandbox.messages(HOST).get(1).map(|one| one.id.clone()).unwrap_or_default();
    let comment = sandbox.messages(HOST).into_iter().find(|one| one.text == "Сколько стоит?").map(|one| one.id);
    let key = |text: &str| Button { text: text.to_owned(), url: None };
    let row = |title: &str, description: &str| ListRow {
        title: title.to_owned(),
        description: description.to_owned(),
        ..ListRow::default()
    };
    let list = ListMessage {
        header: "Выберите услугу".to_owned(),
        body: "Что вам нужно?".to_owned(),
        footer: "Акме".to_owned(),
        button: "Услуги".to_owned(),
        sections: vec![Section {
            title: "Доставка".to_owned(),
            rows: vec![row("До двери", "завтра"), row("Самовывоз", "")],
        }],
    };
    let template = sandbox.add_template(HOST, "Заказ готов", "Заказ {{lead.id}} готов, {{contact.name}}!", json!({}));
    for (message, status) in [
        (HookMessage::text("Добрый день, Анна!").quoting(&first), json!({"status_code": 2})),
        (HookMessage::attachment(Attachment::sample("voice")), json!({"status_code": 1})),
        (
            HookMessage::text("Оформляем?").buttons(&[vec![key("Да"), key("Нет")], vec![key("Подумаю")]]),
            json!({"status_code": 2}),
        ),
        (HookMessage::text("").list(list), json!({"status_code": 1})),
        (
            HookMessage::text("").template(template, None, "Заказ {{lead.id}} готов", &[("{{lead.id}}", "1592")]),
            Value::Null,
        ),
        (HookMessage::text("Напоминаю о заказе").by_salesbot(), json!({"status_code": -1, "error_code": 901})),
        (HookMessage::text("Адрес?"), json!({"status_code": -1, "error_code": 905, "error": "Клиент остановил бота"})),
    ] {
        let said = sandbox.manager_sends(HOST, chat, message).await?;
        if !status.is_null() {
            call(sandbox, "POST", &format!("{scope}/{}/delivery_status", said.message_id), &status).await?;
        }
    }
    if let Some(comment) = comment {
        let answer = HookMessage::text("Цена в профиле").answering_comment(&comment);
        sandbox.manager_sends(HOST, chat, answer).await?;
    }
    let files = vec![Attachment::sample("picture"), Attachment::second_picture()];
    sandbox.manager_sends_album(HOST, chat, files, "Синий и зелёный").await?;
    sandbox.manager_reacts(HOST, &first, Some("👍"), HookForm::Table).await?;
    sandbox.write_first(HOST, CHANNEL, None, "+79995556677", "Здравствуйте, это Акме").await?;
    Ok(())
}
