//! Memory runs out: a process to which the system refuses memory dies as by `kill -9`.

use std::net::SocketAddr;

use futures_util::future::join_all;
use parom_tests::drill::{Drill, LIMIT};
use parom_tests::settings::HOST;
use parom_tests::{Engine, Line};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

use super::{all_are_stored, all_arrived, prepared, stored, writes_until_refused};

/// The largest body of a hook; 20 MiB of them are held in memory.
const HOOK: usize = 1024 * 1024;
/// Callers, each with an address of its own.
const CALLERS: u8 = 100;
/// How much more memory than it has while it carries messages.
const ROOM: u64 = 8 * 1024 * 1024;

/// Sends all of a hook but its last byte, and waits until the server ends the connection.
async fn sends_almost_all(server: SocketAddr, caller: u8, head: String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 1, caller], 0).into()).unwrap();
    if let Ok(mut stream) = socket.connect(server).await {
        let mut request = head.into_bytes();
        request.resize(request.len() + HOOK - 1, b'x');
        // It dies meanwhile.
        let _ = stream.write_all(&request).await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
}

/// All callers at once, until the server is dead.
fn flood(drill: &Drill, line: &Line) -> JoinHandle<Vec<()>> {
    let head = format!("POST /location/{} HTTP/1.1\r\nHost: parom\r\nContent-Length: {HOOK}\r\n\r\n", line.scope_id);
    let server = drill.api.base().trim_start_matches("http://").parse().unwrap();
    tokio::spawn(join_all((1..=CALLERS).map(move |caller| sends_almost_all(server, caller, head.clone()))))
}

async fn without_memory_it_dies_and_loses_nothing(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    drill.serves("").await;
    let writing = writes_until_refused(&drill, &line, 0);
    let came = |sandbox: &simulator::crm::Sandbox| (sandbox.messages(HOST).len() > 10).then_some(());
    assert!(drill.sandbox.wait_for(came, LIMIT).await.is_some(), "messages are carried");
    drill.may_grow_by(ROOM);
    let flood = flood(&drill, &line);
    drill.dies().await;
    let acknowledged = writing.await.unwrap();
    flood.await.unwrap();
    assert!(!drill.logged("memory allocation of").is_empty(), "that is why it died");
    all_are_stored(&drill, acknowledged).await;
    drill.a_minute_passes().await;
    drill.serves("").await;
    all_arrived(&drill, &line, stored(&drill).await.len()).await;
    drill.ends_well().await;
}

on_both!(without_memory_it_dies_and_loses_nothing);
