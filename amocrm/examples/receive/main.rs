//! Receives hooks of both kinds and prints them: what managers write (JSON, signed) and what happens in the CRM (form,
//! unsigned). Messages are reported as read, so their ticks turn blue in the manager's window.
//!
//! `cargo run -p amocrm --example receive`, with the sandbox beside it
//! (`cargo run -p parom-simulator --example window`) whose manager's window sends hooks here.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

#[path = "../common/mod.rs"]
mod common;
mod server;

use std::sync::Arc;

use amocrm::chats::sign::verify_hook;
use amocrm::chats::{Chats, DeliveryStatus};
use amocrm::hooks::chats::{HookEvent, parse};
use amocrm::hooks::crm;
use anyhow::Result;
use clap::Parser;
use secrecy::SecretString;
use tokio::net::TcpListener;

#[derive(Parser)]
struct Arguments {
    /// The Chats API, e.g. https://amojo.amocrm.ru or https://amojo.kommo.com.
    #[arg(long, env = "AMOJO_URL", default_value = "http://127.0.0.1:9100")]
    amojo_url: String,
    /// Channel secret.
    #[arg(long, env = "AMOJO_CHANNEL_SECRET", default_value = "sample-channel-secret", hide_env_values = true)]
    channel_secret: SecretString,
    /// Address to listen on: chats hooks go to /location/{scope id}, CRM hooks to any other path.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let chats = Chats::new(common::http()?, &arguments.amojo_url, Arc::new(common::now))?;
    let listener = TcpListener::bind(&arguments.listen).await?;
    println!("Listening on http://{}; Ctrl+C ends it", listener.local_addr()?);
    loop {
        // A real receiver stores the raw body before it answers: chats hooks are sent only once.
        let (target, signature, body) = match server::receive(&listener, "").await {
            Ok(request) => request,
            Err(error) => {
                println!("no request: {error}");
                continue;
            }
        };
        match target.strip_prefix("/location/") {
            Some(scope) if verify_hook(&arguments.channel_secret, &body, &signature) => {
                if let Err(error) = from_chats(&chats, &arguments.channel_secret, scope, &body).await {
                    println!("{error:#}");
                }
            }
            Some(_) => println!("A chats hook with a wrong signature"),
            None => from_crm(&body)?,
        }
    }
}

async fn from_chats(chats: &Chats, secret: &SecretString, scope: &str, body: &[u8]) -> Result<()> {
    match parse(body)?.event {
        HookEvent::Message(hook) => {
            let content = &hook.message;
            println!("{} to {:?}: {} {:?}", content.kind, hook.receiver.name, content.text, content.media);
            chats.delivery_status(secret, scope, &content.id, &DeliveryStatus::Read).await?;
        }
        HookEvent::Typing(typing) => println!("{:?} is typing", typing.user_id),
        HookEvent::Reaction(reaction) => println!("A reaction to {}: {:?}", reaction.message_id, reaction.emoji),
        other => println!("{other:?}"),
    }
    Ok(())
}

fn from_crm(body: &[u8]) -> Result<()> {
    let hook = crm::parse(body)?;
    println!("Account {:?} tells:", hook.account_id);
    for event in hook.events {
        println!("  {event:?}");
    }
    Ok(())
}
