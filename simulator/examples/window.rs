//! Starts a sandbox with an account and a message, prints the address of the manager's window and waits for Ctrl+C. The
//! simulated messengers are started by hand with `parom demo`.
//! `cargo run -p parom-simulator --example window`, with a widget: `… --example window -- widget.zip CODE`

use std::io::Write;

use anyhow::Result;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use simulator::crm::{ChannelConfig, IntegrationConfig, Sandbox, SandboxConfig, system_clock};

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
        now: system_clock(),
    })
    .await?;
    if let Some(zip) = arguments.next() {
        let code = arguments.next().unwrap_or_else(|| "parom".to_owned());
        sandbox.set_widget("Parom", &code, &std::fs::read(zip)?)?;
    }
    let account = sandbox.add_account(HOST);
    let scope = format!("{CHANNEL}_{}", account.amojo_id);
    let connect = json!({"account_id": account.amojo_id, "title": "Parom", "hook_api_version": "v2"});
    call(&sandbox, "POST", &format!("{CHANNEL}/connect"), &connect).await?;
    let now = system_clock()().timestamp_millis();
    let message = json!({"event_type": "new_message", "payload": {
        "timestamp": now / 1000, "msec_timestamp": now, "msgid": "m-1", "conversation_id": "conv-1", "silent": false,
        "sender": {"id": "user-1", "name": "Maria", "profile": {"phone": "+79990001122"}},
        "message": {"type": "text", "text": "Hello! Is the blue sofa in stock?"},
    }});
    call(&sandbox, "POST", &scope, &message).await?;
    let chat = sandbox.chats(HOST).first().map(|chat| chat.id.clone()).unwrap_or_default();
    let mut out = std::io::stdout();
    writeln!(out, "listening {}/accounts/{HOST}/?chat={chat}", sandbox.url())?;
    out.flush()?;
    tokio::signal::ctrl_c().await?;
    sandbox.stop().await;
    Ok(())
}
