import { open } from 'node:fs/promises'

// openLog appends lines to a file. What waits together shares one write and one fdatasync.
export async function openLog(path) {
  const file = await open(path, 'a')
  let waiting = []
  let writing = false

  async function write() {
    writing = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await file.appendFile(batch.map(one => one.line).join(''))
        await file.datasync()
        for (const one of batch) one.resolve()
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
    }
    writing = false
  }

  return {
    append(value) {
      return new Promise((resolve, reject) => {
        waiting.push({ line: JSON.stringify(value) + '\n', resolve, reject })
        if (!writing) write()
      })
    },
    close: () => file.close(),
  }
}
