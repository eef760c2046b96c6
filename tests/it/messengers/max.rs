//! MAX: files that are still processed.

use simulator::crm::{Attachment, HookMessage};
use simulator::max::Fault;

use crate::contract::{Stage, special};

/// MAX takes a message with a file only when it has processed the file.
async fn a_file_that_is_still_processed_arrives_later(stage: &mut Stage) {
    stage.chats().await;
    let words = "Key: errors.process.attachment.file.not.processed";
    stage.breaks(2, Fault::refuse(400, "attachment.not.ready", words));
    let sent = stage.says_one(HookMessage::attachment(Attachment::sample("video")).caption("Look")).await;
    assert!(sent.files.len() == 1 && sent.text == "Look", "{sent:?}");
    assert_eq!(stage.says_one(HookMessage::text("Next")).await.text, "Next");
}

special!(max: a_file_that_is_still_processed_arrives_later);
