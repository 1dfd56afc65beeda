//! A track's WAV files, named by when their first sample was heard.

use super::{
    About, DiskFault,
    folder::{Naming, SessionFolder},
};
use crate::recording::mux::WavFiles;
use actors::Timestamp;
use std::{
    cell::{Cell, RefCell},
    fs::File,
    io,
    rc::Rc,
};

type Open = Box<dyn FnMut(u32) -> io::Result<File>>;

/// The one that is open, if any.
pub struct TrackFiles {
    folder: SessionFolder,
    about: About,
    limit: u64,
    files: Option<WavFiles<Open>>,
    /// Of what is written next.
    at: Rc<Cell<Timestamp>>,
    name: Rc<RefCell<String>>,
}

impl TrackFiles {
    pub fn new(folder: SessionFolder, about: About, limit: u64) -> Self {
        Self { folder, about, limit, files: None, at: Rc::default(), name: Rc::default() }
    }

    /// The name of the file that was written to last.
    pub fn name(&self) -> String {
        self.name.borrow().clone()
    }

    /// Writes and puts it on the disk.
    pub fn write(&mut self, at: Timestamp, samples: &[i16]) -> Result<(), DiskFault> {
        self.folder.has_room()?;
        self.at.set(at);
        let files = match &mut self.files {
            Some(files) => files,
            None => {
                let files = self.begin()?;
                self.files.insert(files)
            }
        };
        files.write(samples)?;
        Ok(files.sync()?)
    }

    /// Closes the file; the next sample begins another.
    pub fn close(&mut self) -> Result<(), DiskFault> {
        match self.files.take() {
            Some(files) => Ok(files.finish().map(drop)?),
            None => Ok(()),
        }
    }

    fn begin(&self) -> io::Result<WavFiles<Open>> {
        let (folder, about, at, name) = (self.folder.clone(), self.about.clone(), self.at.clone(), self.name.clone());
        let open: Open = Box::new(move |_| {
            let naming = Naming { at: at.get(), room: &about.room, participant: &about.participant, track: &about.track };
            let (file, called) = folder.new_file("audio", &naming, "wav")?;
            name.replace(called);
            Ok(file)
        });
        WavFiles::new(self.about.format.rate, self.about.format.channels, self.limit, open)
    }
}
