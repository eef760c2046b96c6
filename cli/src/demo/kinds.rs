//! The check's steps for the messengers: each is connected, and a message is sent in each direction.

use anyhow::Context;
use reqwest::Method;
use serde_json::json;
use simulator::crm::Direction;

use super::messengers::DemoLine;
use super::stage::{DemoStage, HOST, PATIENCE};

/// One messenger, through the public API, the messenger's own protocol and amoCRM.
pub async fn both_ways(stage: &DemoStage, line: &DemoLine) -> anyhow::Result<()> {
    let kind = line.kind;
    let body = json!({ "kind": kind, "name": format!("Check of {kind}"), "settings": line.settings() });
    stage.api(Method::POST, &stage.sources_path().await?, Some(body)).await?;
    let (question, answer) = (format!("A question by {kind}"), format!("An answer by {kind}"));
    stage.messengers.calls(line, PATIENCE).await?;
    stage.messengers.writes(line, &question)?;
    let arrived = stage.sandbox.wait_for(
        |sandbox| {
            let mut messages = sandbox.messages(HOST).into_iter();
            messages.find(|one| one.direction == Direction::Incoming && one.text.ends_with(&question))
        },
        PATIENCE,
    );
    let arrived = arrived.await.context("the customer's message did not reach amoCRM")?;
    stage.sandbox.manager_says(HOST, &arrived.chat_id, &answer).await?;
    stage.messengers.gets(line, &answer, PATIENCE).await
}
