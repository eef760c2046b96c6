//! Starts a sandbox with an account and a few messages, prints its address and waits for Ctrl+C.
//! `cargo run -p parom-sandbox --example window`, with a widget: `… --example window -- widget.zip CODE`

use std::io::Write;

use anyhow::Result;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sandbox::{
    ChannelConfig, Fault, IntegrationConfig, Part, Sandbox, SandboxConfig, WidgetArchive, WidgetConfig, system_clock,
};
use serde_json::{Value, json};

const HOST: &str = "acme.amocrm.ru";
const CHANNEL: &str = "344a5002-f8ca-454d-af3d-396180102ac7";
const SECRET: &str = "sample-channel-secret";

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
                bot: None,
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
    let now = system_clock()().timestamp_millis();
    let messages = [
        (
            "1",
            "Анна Вишневская",
            json!({"type": "text", "text": "Здравствуйте! Есть ли синий диван в наличии?\nИ сколько стоит доставка до Химок?"}),
        ),
        (
            "1",
            "Анна Вишневская",
            json!({"type": "picture", "text": "Вот такой", "media": "https://files.acme.test/m/1.jpg", "file_name": "диван-синий-с-подушками.jpg", "file_size": 48211}),
        ),
        ("2", "Pete <script>", json!({"type": "text", "text": "Hello & goodbye"})),
        (
            "3",
            "Константин Константинопольский-Заморский",
            json!({"type": "location", "location": {"lon": 37.6173, "lat": 55.7558}}),
        ),
    ];
    for (at, (who, name, message)) in messages.iter().enumerate() {
        let payload = json!({"timestamp": now / 1000, "msec_timestamp": now, "msgid": format!("m-{at}"),
            "conversation_id": format!("conv-{who}"), "sender": {"id": format!("user-{who}"), "name": name},
            "source": {"external_id": "sales"}, "message": message, "silent": false});
        call(&sandbox, "POST", &scope, &json!({"event_type": "new_message", "payload": payload})).await?;
    }
    let chat = sandbox.chats(HOST).first().map(|chat| chat.id.clone()).unwrap_or_default();
    for (text, status) in [
        ("Добрый день, Анна!", json!({"status_code": 2})),
        ("Да, синий есть, привезём завтра.", json!({"status_code": 1})),
        ("Адрес?", json!({"status_code": -1, "error_code": 905, "error": "The customer stopped the bot"})),
        (
            "https://www.example.com/a/very/long/address/without/any/place/to/break/it/at/all/0123456789012345678901234567890123456789",
            Value::Null,
        ),
    ] {
        let said = sandbox.manager_says(HOST, &chat, text).await?;
        if !status.is_null() {
            call(&sandbox, "POST", &format!("{scope}/{}/delivery_status", said.message_id), &status).await?;
        }
    }
    call(&sandbox, "POST", &scope, &json!({"event_type": "new_message"})).await?;
    sandbox.faults().until_cleared(Part::Typing, Fault::Html200);
    let mut out = std::io::stdout();
    writeln!(out, "listening {}/accounts/{HOST}/?chat={chat}", sandbox.url())?;
    out.flush()?;
    tokio::signal::ctrl_c().await?;
    sandbox.stop().await;
    Ok(())
}
