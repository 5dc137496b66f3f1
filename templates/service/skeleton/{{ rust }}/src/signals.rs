//! SIGTERM and SIGINT.
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// 128 + 15, as a shell reports a process that ended by SIGTERM.
pub const TERMINATED: u8 = 143;

/// Completes at the first signal. A second signal ends the process at once.
pub struct Stop(oneshot::Receiver<()>);

impl Stop {
    pub fn listen() -> io::Result<Stop> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (first, stop) = oneshot::channel();
        tokio::spawn(async move {
            either(&mut terminate, &mut interrupt).await;
            let _ = first.send(());
            either(&mut terminate, &mut interrupt).await;
            tracing::warn!("stopped at once by a second signal");
            std::process::exit(i32::from(TERMINATED));
        });
        Ok(Stop(stop))
    }

    pub async fn requested(&mut self) {
        let _ = (&mut self.0).await;
    }
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
