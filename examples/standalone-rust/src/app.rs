//! Shared by every request and job.
use std::sync::Arc;

use crate::config::Config;
use crate::dependencies::Dependencies;
use crate::metrics::Metrics;
use crate::phase::Life;

pub struct App {
    pub config: Config,
    pub dependencies: Dependencies,
    pub metrics: Arc<Metrics>,
    pub life: Life,
}

impl App {
    pub fn new(config: Config) -> anyhow::Result<Arc<App>> {
        let metrics = Arc::new(Metrics::new(&config.dependencies));
        let dependencies = Dependencies::new(config.dependencies.clone(), &metrics)?;
        Ok(Arc::new(App {
            config,
            dependencies,
            metrics,
            life: Life::default(),
        }))
    }
}
