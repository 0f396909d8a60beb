import { readProfile } from '../../data/profile.ts'
import { writeProfile } from '../../data/profile-folders.ts'
import { verifyFolder } from '../../data/published-folder.ts'
import { Problem } from '../../errors.ts'
import { runTask } from '../task-control.ts'
import type { ProfileMessage, ProfileResult } from '../tasks.ts'

/** Where counting ends on the way from a dataset's folder to its profile. */
const COUNTED = 0.95

/** From a dataset's folder to its exploratory profile, written into the profile's folder. */
export default runTask<ProfileMessage, ProfileResult>(async (message, control) => {
  const report = (fraction: number) =>
    control.progress({ stage: 'counting', fraction, message: 'Counting orders, customers and products.' })
  report(0.01)
  await verifyFolder(message.datasetFolder)
  // Loading the library and opening a database survive a termination as little as a query does.
  control.enterNative(() => {})
  const profile = await readProfile(message, {
    onDuckDb: (db) => (db === null ? control.leaveNative() : control.enterNative(() => db.interrupt())),
    onShare: (share) => report(share * COUNTED)
  })
  if (control.cancelled()) throw new Problem('job_cancelled', 'The analysis was cancelled.')
  control.progress({ stage: 'writing', fraction: COUNTED, message: 'Writing the profile.' })
  await writeProfile(message.profileFolder, profile)
  return { findings: profile.findings.length }
})
